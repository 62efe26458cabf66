#[retry(max = max, base = "250ms", jitter = 0, when = WeatherError::is_busy, clone(city))]
pub async fn forecast(city: String, max: u32) -> Result<Forecast, WeatherError> {
    fetch_owned(city).await
}
