pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let retry = const {
        &::reliable::Retry::new().max(3).backoff(::reliable::Backoff::Exp)
    };
    let mut attempts = retry.attempts();
    return loop {
        let outcome: Result<Forecast, WeatherError> = { fetch(city).await };
        let pause = match attempts
            .settle(
                "forecast",
                outcome,
                |error| ::reliable::expansion::Inspect::new(error).failure(),
            )
        {
            ::core::ops::ControlFlow::Break(outcome) => break outcome,
            ::core::ops::ControlFlow::Continue(pause) if pause.is_nothing() => continue,
            ::core::ops::ControlFlow::Continue(pause) => pause,
        };
        pause.await;
    };
}
