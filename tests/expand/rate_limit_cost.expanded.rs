pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let rate_limit = {
        static RATE_LIMIT: ::reliable::RateLimit = ::reliable::RateLimit::per_minute(
            90_000,
        );
        &RATE_LIMIT
    };
    let cost: u32 = most_tokens(city);
    let reserved = match rate_limit.reserve("forecast", cost).await {
        ::core::result::Result::Ok(reserved) => reserved,
        ::core::result::Result::Err(fault) => {
            return ::reliable::expansion::Outcome::from_fault(fault);
        }
    };
    {
        let forecast = fetch(city).await?;
        reserved.commit(forecast.tokens());
        Ok(forecast)
    }
}
