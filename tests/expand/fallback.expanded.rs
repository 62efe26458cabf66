pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let outcome: Result<Forecast, WeatherError> = { fetch(city).await };
    if let ::core::ops::ControlFlow::Break(outcome) = ::reliable::expansion::Fallback::settle(
        "forecast",
        outcome,
        |error| ::reliable::expansion::Inspect::new(error).failure(),
    ) {
        return outcome;
    }
    return offline_forecast(city).await;
}
