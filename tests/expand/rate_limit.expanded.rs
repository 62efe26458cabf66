pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let rate_limit = {
        static RATE_LIMIT: ::reliable::RateLimit = ::reliable::RateLimit::per_second(10)
            .burst(20);
        &RATE_LIMIT
    };
    if let ::core::result::Result::Err(fault) = rate_limit.admit("forecast").await {
        return ::reliable::expansion::Outcome::from_fault(fault);
    }
    { fetch(city).await }
}
