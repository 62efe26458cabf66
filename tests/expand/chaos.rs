#[retry(max = 3)]
#[timeout(ms = 2000)]
#[chaos]
pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    fetch(city).await
}
