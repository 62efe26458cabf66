pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let outcome = async {
        if false {
            return ::reliable::returns::<Result<Forecast, WeatherError>>();
        }
        { fetch(city).await }
    }
        .await;
    if let ::core::ops::ControlFlow::Break(outcome) = ::reliable::Fallback::settle(
        "forecast",
        outcome,
        |error| ::reliable::Inspect::new(error).failure(),
    ) {
        return outcome;
    }
    offline_forecast(city).await
}
