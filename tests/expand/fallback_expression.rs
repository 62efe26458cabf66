#[fallback(Forecast::guess(city, error), when = WeatherError::is_busy)]
pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    fetch(city).await
}
