#[retry(max = 3)]
pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let station = nearest(city).await?;
    fetch(station).await
}
