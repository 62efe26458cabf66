pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let retry: &::reliable::Retry = &POLICY;
    let mut attempts = retry.attempts();
    return loop {
        let outcome: Result<Forecast, WeatherError> = attempts.run((fetch(city))).await;
        let pause = match attempts
            .settle(
                "forecast",
                outcome,
                |error| {
                    ::reliable::expansion::Inspect::new(error)
                        .failure()
                        .when(matches!(error, WeatherError::Busy))
                        .after(error.retry_after())
                },
            )
        {
            ::core::ops::ControlFlow::Break(outcome) => break outcome,
            ::core::ops::ControlFlow::Continue(pause) if pause.is_nothing() => continue,
            ::core::ops::ControlFlow::Continue(pause) => pause,
        };
        pause.await;
    };
}
