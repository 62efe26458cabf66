pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let budget: &::reliable::RetryBudget = &BUDGET;
    let retry = const { &::reliable::Retry::new().max(3) };
    let mut attempts = retry.attempts().budget(budget);
    let idempotency_key = ::reliable::IdempotencyKey::of_call_here(
        "forecast",
        || {},
        ::core::module_path!(),
    );
    return loop {
        let outcome = async {
            if false {
                return ::reliable::expansion::returns::<
                    Result<Forecast, WeatherError>,
                >();
            }
            { fetch(&format!("{city}?request={idempotency_key}")).await }
        }
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
