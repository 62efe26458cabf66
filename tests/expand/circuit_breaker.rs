#[circuit_breaker(failures = 5, cooldown = "30s")]
pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    fetch(city).await
}
