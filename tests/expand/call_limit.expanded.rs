pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let call_limit = {
        static CALL_LIMIT: ::reliable::CallLimit = ::reliable::CallLimit::max(5);
        &CALL_LIMIT
    };
    if let ::core::result::Result::Err(fault) = call_limit.admit("forecast") {
        return ::reliable::expansion::Outcome::from_fault(fault);
    }
    { fetch(city).await }
}
