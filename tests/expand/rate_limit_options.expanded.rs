pub fn known_forecast(city: &str) -> Result<Forecast, WeatherError> {
    let retry = const { &::reliable::Retry::new().max(2) };
    let outer_rate_limit = {
        static RATE_LIMITS: ::reliable::Keyed<::reliable::RateLimit> = ::reliable::Keyed::new(||
        {
            ::reliable::RateLimit::per_minute(60)
                .max_wait(::core::time::Duration::from_secs(2))
        });
        RATE_LIMITS.get(&city)
    };
    let rate_limit = {
        static RATE_LIMIT: ::reliable::RateLimit = ::reliable::RateLimit::per_second(2)
            .reject();
        &RATE_LIMIT
    };
    let mut attempts = retry.attempts();
    return loop {
        let outcome = (|| -> Result<Forecast, WeatherError> {
            if let ::core::result::Result::Err(fault) = outer_rate_limit
                .admit_blocking("known_forecast")
            {
                return ::reliable::expansion::Outcome::from_fault(fault);
            }
            if let ::core::result::Result::Err(fault) = rate_limit
                .admit_blocking("known_forecast")
            {
                return ::reliable::expansion::Outcome::from_fault(fault);
            }
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
