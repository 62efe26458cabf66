#[retry(max = 3, attempt)]
#[timeout(limit * attempt)]
pub async fn forecast(city: &str, limit: Duration) -> Result<Forecast, WeatherError> {
    fetch(city).await
}
