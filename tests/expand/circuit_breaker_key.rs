#[retry(max = 2)]
#[circuit_breaker(ratio = 0.5, window = 20, when = WeatherError::is_busy, key = city)]
#[timeout(ms = 2000)]
pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    fetch(city).await
}
