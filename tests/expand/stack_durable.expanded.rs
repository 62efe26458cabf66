pub async fn book(city: &str) -> Result<Booking, TripError> {
    let approval = ::reliable::Approval::new("book")
        .here(|| {})
        .in_module(::core::module_path!())
        .argument(
            "city",
            ::reliable::expansion::Inspect::new(&city).digested().argument(),
        );
    let mut execution = ::reliable::expansion::Execution::of(&approval);
    if let ::core::result::Result::Err(fault) = approval.ask().await {
        return ::reliable::expansion::Outcome::from_fault(fault);
    }
    let retry = const { &::reliable::Retry::new().max(3) };
    let timeout = const { &::reliable::Timeout::secs(20) };
    let outcome = execution
        .run(async move {
            let outcome = {
                ::reliable::durable::call("book")
                    .here(|| {})
                    .in_module(::core::module_path!())
                    .shown(|call| {
                        call
                            .show(
                                "city",
                                ::reliable::expansion::Inspect::new(&city).text(),
                            )
                    })
                    .run(async {
                        let mut attempts = retry.attempts();
                        loop {
                            let outcome: Result<Booking, TripError> = timeout
                                .run("book", (reserve(city)))
                                .await;
                            let pause = match attempts
                                .settle(
                                    "book",
                                    outcome,
                                    |error| ::reliable::expansion::Inspect::new(error).failure(),
                                )
                            {
                                ::core::ops::ControlFlow::Break(outcome) => break outcome,
                                ::core::ops::ControlFlow::Continue(
                                    pause,
                                ) if pause.is_nothing() => continue,
                                ::core::ops::ControlFlow::Continue(pause) => pause,
                            };
                            pause.await;
                        }
                    })
                    .await
            };
            if let ::core::ops::ControlFlow::Break(outcome) = ::reliable::expansion::Fallback::settle(
                "book",
                outcome,
                |error| ::reliable::expansion::Inspect::new(error).failure(),
            ) {
                return outcome;
            }
            no_booking(city).await
        })
        .await;
    return execution
        .settle(outcome, |error| ::reliable::expansion::Inspect::new(error).failure());
}
