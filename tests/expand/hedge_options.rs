#[fallback(Ok(Forecast("unknown".to_owned())))]
#[hedge(after = patience, max = 2, clone(city))]
#[timeout(ms = 2000)]
pub async fn forecast(city: String, patience: Duration) -> Result<Forecast, WeatherError> {
    fetch_owned(city).await
}
