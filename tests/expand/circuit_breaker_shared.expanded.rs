pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let breaker = {
        let key = &city;
        ::reliable::Keyed::get_named(
            &BREAKERS,
            key,
            || ::reliable::expansion::Inspect::new(&key).name(),
        )
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
