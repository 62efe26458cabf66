pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let outcome: Result<Forecast, WeatherError> = { fetch(city).await };
    let error = match ::reliable::expansion::Fallback::settle(
        "forecast",
        outcome,
        |error| {
            ::reliable::expansion::Inspect::new(error)
                .failure()
                .when(WeatherError::is_busy(error))
        },
    ) {
        ::core::ops::ControlFlow::Break(outcome) => return outcome,
        ::core::ops::ControlFlow::Continue(error) => error,
    };
    return Forecast::guess(city, error);
}
