pub async fn book(city: &str) -> Result<Booking, TripError> {
    let retry = const { &::reliable::Retry::new().max(3) };
    return ::reliable::durable::call("book")
        .here(|| {})
        .in_module(::core::module_path!())
        .shown(|call| {
            call.show("city", ::reliable::expansion::Inspect::new(&city).text())
        })
        .run(async {
            let mut attempts = retry.attempts();
            loop {
                let outcome: Result<Booking, TripError> = { reserve(city).await };
                let pause = match attempts
                    .settle(
                        "book",
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
            }
        })
        .await;
}
