#[retry(max = 3, budget = BUDGET, idempotency_key)]
pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    fetch(&format!("{city}?request={idempotency_key}")).await
}
