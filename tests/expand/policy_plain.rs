#[policy(THROTTLE)]
pub fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    Ok(Forecast(city.to_owned()))
}
