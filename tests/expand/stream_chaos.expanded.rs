pub async fn ask(
    prompt: &str,
) -> Result<BoxStream<'static, Result<Chunk, ModelError>>, ModelError> {
    let retry = const { &::reliable::Retry::new().max(3) };
    let outcome = {
        let mut attempts = retry.attempts();
        loop {
            let outcome = {
                let outcome = ::reliable::stream::struck(
                        "ask",
                        async {
                            let outcome: Result<
                                BoxStream<'static, Result<Chunk, ModelError>>,
                                ModelError,
                            > = { post(prompt).await };
                            ::reliable::stream::begun(outcome).await
                        },
                        |items| items.of_fault(),
                    )
                    .await;
                ::reliable::stream::begun(outcome).await
            };
            let pause = match attempts
                .settle(
                    "ask",
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
    };
    return ::reliable::stream::boxed(outcome);
}
