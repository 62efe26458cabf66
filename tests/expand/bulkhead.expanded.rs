pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let bulkhead = {
        static BULKHEAD: ::reliable::Bulkhead = ::reliable::Bulkhead::new()
            .max(4)
            .queue(16);
        &BULKHEAD
    };
    let _permit = match bulkhead.admit("forecast").await {
        ::core::result::Result::Ok(permit) => permit,
        ::core::result::Result::Err(fault) => {
            return ::reliable::expansion::Outcome::from_fault(fault);
        }
    };
    { fetch(city).await }
}
