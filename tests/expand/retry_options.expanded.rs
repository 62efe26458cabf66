pub async fn forecast(city: String, max: u32) -> Result<Forecast, WeatherError> {
    let retry = ::reliable::Retry::new()
        .max(max)
        .base(::core::time::Duration::from_millis(250))
        .jitter(0.0);
    let mut attempts = retry.attempts();
    return loop {
        let outcome: Result<Forecast, WeatherError> = {
            let city = ::core::clone::Clone::clone(&city);
            { fetch_owned(city).await }
        };
        let pause = match attempts
            .settle(
                "forecast",
                outcome,
                |error| {
                    ::reliable::expansion::Inspect::new(error)
                        .failure()
                        .when(WeatherError::is_busy(error))
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
