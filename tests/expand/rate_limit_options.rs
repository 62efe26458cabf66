#[retry(max = 2)]
#[rate_limit(per_minute = 60, max_wait = "2s", key = city)]
#[rate_limit(per_second = 2, reject)]
pub fn known_forecast(city: &str) -> Result<Forecast, WeatherError> {
    Forecast::guess(city, WeatherError::Busy)
}
