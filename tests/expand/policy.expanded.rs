pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let policy = &THROTTLE;
    let mut waited = ::core::time::Duration::ZERO;
    let mut call = loop {
        let pause = match ::reliable::expansion::PolicyCall::before(
            policy,
            "forecast",
            &mut waited,
        ) {
            ::reliable::Before::Admit(call) => break call,
            ::reliable::Before::Wait(pause) => ::reliable::expansion::Pause::new(pause),
            ::reliable::Before::Reject(fault) => {
                return ::reliable::expansion::Outcome::from_fault(fault);
            }
        };
        pause.await;
    };
    return loop {
        let outcome: Result<Forecast, WeatherError> = { fetch(city).await };
        let pause = match call
            .settle(
                outcome,
                |error| ::reliable::expansion::Inspect::new(error).failure(),
            )
        {
            ::core::ops::ControlFlow::Break(outcome) => break outcome,
            ::core::ops::ControlFlow::Continue(pause) => pause,
        };
        pause.await;
    };
}
