#[fallback(offline_forecast, when_ok = value.is_empty())]
#[timeout(secs = 30)]
#[failover(station in STATIONS, when = WeatherError::is_theirs, when_ok = value.is_empty())]
#[hedge(after = "2s", when_ok = value.is_empty())]
#[circuit_breaker(failures = 5, when_ok = value.is_empty())]
#[timeout(secs = 10)]
pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    fetch_from(station, city).await
}
