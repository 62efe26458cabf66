pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let breaker = {
        static BREAKER: ::reliable::CircuitBreaker = ::reliable::CircuitBreaker::new()
            .failures(5)
            .cooldown(::core::time::Duration::from_secs(30));
        &BREAKER
    };
    let permit = match breaker.admit("forecast") {
        ::core::result::Result::Ok(permit) => permit,
        ::core::result::Result::Err(fault) => {
            return ::reliable::expansion::Outcome::from_fault(fault);
        }
    };
    let outcome: Result<Forecast, WeatherError> = { fetch(city).await };
    return permit
        .settle(
            "forecast",
            outcome,
            |error| ::reliable::expansion::Inspect::new(error).failure(),
        );
}
