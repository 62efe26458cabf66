pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let retry = const { &::reliable::Retry::new().max(2) };
    let breaker = {
        static BREAKERS: ::reliable::Keyed<::reliable::CircuitBreaker> = ::reliable::Keyed::new(||
        ::reliable::CircuitBreaker::new().ratio(0.5).window(20));
        BREAKERS.get(&city)
    };
    let timeout = const { &::reliable::Timeout::ms(2000) };
    let mut attempts = retry.attempts().keeping();
    return loop {
        let outcome = 'call: {
            let permit = match breaker.admit("forecast") {
                ::core::result::Result::Ok(permit) => permit,
                ::core::result::Result::Err(fault) => {
                    let fault = attempts.add_to(fault);
                    break 'call (::reliable::expansion::Outcome::from_fault(fault));
                }
            };
            let outcome: Result<Forecast, WeatherError> = timeout
                .run("forecast", (fetch(city)))
                .await;
            permit
                .settle(
                    "forecast",
                    outcome,
                    |error| {
                        ::reliable::expansion::Inspect::new(error)
                            .failure()
                            .when(WeatherError::is_busy(error))
                    },
                )
        };
        let pause = match attempts
            .settle(
                "forecast",
                outcome,
                |error| ::reliable::expansion::Inspect::new(error).failure(),
            )
        {
            ::core::ops::ControlFlow::Break(outcome) => break attempts.end(outcome),
            ::core::ops::ControlFlow::Continue(pause) if pause.is_nothing() => continue,
            ::core::ops::ControlFlow::Continue(pause) => pause,
        };
        pause.await;
    };
}
