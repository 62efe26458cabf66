#[circuit_breaker(BREAKERS, key = city)]
pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    fetch(city).await
}
