#[rate_limit(per_minute = 90_000, cost = most_tokens(city), reserved)]
pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let forecast = fetch(city).await?;
    reserved.commit(forecast.tokens());
    Ok(forecast)
}
