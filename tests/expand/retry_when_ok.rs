#[retry(max = 3, when_ok = Forecast::is_empty)]
pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    fetch(city).await
}
