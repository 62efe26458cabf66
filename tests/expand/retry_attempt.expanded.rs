pub async fn forecast(city: &str, limit: Duration) -> Result<Forecast, WeatherError> {
    let retry = const { &::reliable::Retry::new().max(3) };
    let mut attempts = retry.attempts();
    return loop {
        let attempt = attempts.number();
        let timeout: ::reliable::Timeout = ::core::convert::From::from(limit * attempt);
        let outcome: Result<Forecast, WeatherError> = timeout
            .run("forecast", (fetch(city)))
            .await;
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
