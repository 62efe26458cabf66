pub fn known_forecast(city: &str) -> Result<Forecast, WeatherError> {
    let retry = const { &::reliable::Retry::new().max(2) };
    let bulkhead = {
        static BULKHEADS: ::reliable::Keyed<::reliable::Bulkhead> = ::reliable::Keyed::new(||
        ::reliable::Bulkhead::new().max(1).reject());
        BULKHEADS.get(&city)
    };
    let mut attempts = retry.attempts();
    return loop {
        let outcome = (|| -> Result<Forecast, WeatherError> {
            let _permit = match bulkhead.admit_blocking("known_forecast") {
                ::core::result::Result::Ok(permit) => permit,
                ::core::result::Result::Err(fault) => {
                    return ::reliable::expansion::Outcome::from_fault(fault);
                }
            };
            { Forecast::guess(city, WeatherError::Busy) }
        })();
        let pause = match attempts
            .settle(
                "known_forecast",
                outcome,
                |error| ::reliable::expansion::Inspect::new(error).failure(),
            )
        {
            ::core::ops::ControlFlow::Break(outcome) => break outcome,
            ::core::ops::ControlFlow::Continue(pause) if pause.is_nothing() => continue,
            ::core::ops::ControlFlow::Continue(pause) => pause,
        };
        pause.block_in("known_forecast");
    };
}
