pub fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    if let ::core::option::Option::Some(outcome) = ::reliable::expansion::strike_blocking(
        "weather",
    ) {
        return outcome;
    }
    { Ok(Forecast(city.to_owned())) }
}
