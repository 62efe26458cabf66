pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let breaker = {
        static BREAKER: ::reliable::CircuitBreaker = ::reliable::CircuitBreaker::new()
            .ratio(0.5)
            .time_window(::core::time::Duration::from_secs(10))
            .min_calls(20)
            .slow(::core::time::Duration::from_secs(2))
            .max_cooldown(::core::time::Duration::from_secs(600));
        &BREAKER
    };
    let mut permit = match breaker.admit("forecast") {
        ::core::result::Result::Ok(permit) => permit,
        ::core::result::Result::Err(fault) => {
            return ::reliable::expansion::Outcome::from_fault(fault);
        }
    };
    let outcome: Result<Forecast, WeatherError> = permit.run((fetch(city))).await;
    return permit
        .settle(
            "forecast",
            outcome,
            |error| ::reliable::expansion::Inspect::new(error).failure(),
        );
}
