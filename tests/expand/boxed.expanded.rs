pub fn boxed(
    city: String,
) -> Pin<Box<dyn Future<Output = Result<Forecast, WeatherError>> + Send>> {
    return ::std::boxed::Box::pin(async move {
        let city = city;
        let retry = const { &::reliable::Retry::new().max(3) };
        let timeout = const { &::reliable::Timeout::ms(2000) };
        let mut attempts = retry.attempts();
        return loop {
            let outcome: Result<Forecast, WeatherError> = timeout
                .run("boxed", (fetch(&city)))
                .await;
            let pause = match attempts
                .settle(
                    "boxed",
                    outcome,
                    |error| ::reliable::expansion::Inspect::new(error).failure(),
                )
            {
                ::core::ops::ControlFlow::Break(outcome) => break outcome,
                ::core::ops::ControlFlow::Continue(pause) if pause.is_nothing() => {
                    continue;
                }
                ::core::ops::ControlFlow::Continue(pause) => pause,
            };
            pause.await;
        };
    });
}
