#[circuit_breaker(ratio = 0.5, window = "10s", min_calls = 20, slow = "2s", max_cooldown = "10m")]
pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    fetch(city).await
}
