pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let outcome = async {
        if false {
            return ::reliable::returns::<Result<Forecast, WeatherError>>();
        }
        { fetch(city).await }
    }
        .await;
    let error = match ::reliable::Fallback::settle(
        "forecast",
        outcome,
        |error| ::reliable::Inspect::new(error).failure(),
    ) {
        ::core::ops::ControlFlow::Break(outcome) => return outcome,
        ::core::ops::ControlFlow::Continue(error) => error,
    };
    ::core::mem::drop(error);
    offline_forecast(city).await
}
