pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let bulkhead = {
        static BULKHEAD: ::reliable::Bulkhead = ::reliable::Bulkhead::new()
            .max(4)
            .queue(16);
        &BULKHEAD
    };
    let _place = match bulkhead.enter("forecast").await {
        ::core::result::Result::Ok(place) => place,
        ::core::result::Result::Err(fault) => {
            return ::reliable::Outcome::from_fault(fault);
        }
    };
    { fetch(city).await }
}
