#[retry(POLICY, when = matches!(error, WeatherError::Busy), after = error.retry_after())]
pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    fetch(city).await
}
