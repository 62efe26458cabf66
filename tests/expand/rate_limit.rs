#[rate_limit(per_second = 10, burst = 20)]
pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    fetch(city).await
}
