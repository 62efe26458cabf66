pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let outer_timeout = const { &::reliable::Timeout::secs(30) };
    let list: &[_] = &STATIONS;
    let failover = {
        static FAILOVER: ::reliable::Failover = ::reliable::Failover::new();
        &FAILOVER
    };
    let last_error = ::reliable::expansion::LastError::new();
    let hedge = const {
        &::reliable::Hedge::after(::core::time::Duration::from_secs(2))
    };
    let breaker = {
        static BREAKER: ::reliable::CircuitBreaker = ::reliable::CircuitBreaker::new()
            .failures(5);
        &BREAKER
    };
    let timeout = const { &::reliable::Timeout::secs(10) };
    let outcome = outer_timeout
        .run_with(
            "forecast",
            async {
                let mut candidates = match failover
                    .candidates(
                        "forecast",
                        list,
                        |station| station,
                        |key| ::reliable::expansion::Inspect::new(key).name(),
                    )
                {
                    ::core::result::Result::Ok(candidates) => candidates,
                    ::core::result::Result::Err(fault) => {
                        return ::reliable::expansion::Outcome::from_fault(fault);
                    }
                };
                loop {
                    let station = candidates.current();
                    let outcome = hedge
                        .run_judged_ok(
                            "forecast",
                            || async {
                                let permit = match breaker.admit("forecast") {
                                    ::core::result::Result::Ok(permit) => permit,
                                    ::core::result::Result::Err(fault) => {
                                        let fault = last_error.add_to(fault);
                                        return ::reliable::expansion::Outcome::from_fault(fault);
                                    }
                                };
                                let outcome: Result<Forecast, WeatherError> = timeout
                                    .run("forecast", (fetch_from(station, city)))
                                    .await;
                                permit
                                    .settle_ok(
                                        "forecast",
                                        outcome,
                                        |error| {
                                            ::reliable::expansion::Inspect::new(error).failure()
                                        },
                                        |value| value.is_empty(),
                                    )
                            },
                            |error| {
                                last_error
                                    .note(::reliable::expansion::Inspect::new(error).failure())
                            },
                            |value| last_error.note_refused(value.is_empty()),
                        )
                        .await;
                    if let ::core::ops::ControlFlow::Break(outcome) = candidates
                        .settle_ok(
                            "forecast",
                            outcome,
                            |error| {
                                last_error
                                    .note(::reliable::expansion::Inspect::new(error).failure())
                                    .when(WeatherError::is_theirs(error))
                            },
                            |value| last_error.note_refused(value.is_empty()),
                        )
                    {
                        break outcome;
                    }
                }
            },
            |fault| ::reliable::expansion::FromFault::from_fault(
                last_error.add_to(fault),
            ),
        )
        .await;
    if let ::core::ops::ControlFlow::Break(outcome) = ::reliable::expansion::Fallback::settle_ok(
        "forecast",
        outcome,
        |error| ::reliable::expansion::Inspect::new(error).failure(),
        |value| value.is_empty(),
    ) {
        return outcome;
    }
    return offline_forecast(city).await;
}
