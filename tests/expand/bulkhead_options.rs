#[retry(max = 2)]
#[bulkhead(max = 1, reject, key = city)]
pub fn known_forecast(city: &str) -> Result<Forecast, WeatherError> {
    Forecast::guess(city, WeatherError::Busy)
}
