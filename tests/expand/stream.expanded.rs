pub async fn ask(
    prompt: &str,
) -> Result<BoxStream<'static, Result<Chunk, ModelError>>, ModelError> {
    let retry = const { &::reliable::Retry::new().max(3) };
    let timeout = const {
        &::reliable::Timeout::secs(20).idle(::core::time::Duration::from_secs(5))
    };
    let outcome = {
        let mut attempts = retry.attempts();
        loop {
            let outcome = {
                let outcome = timeout
                    .run(
                        "ask",
                        async {
                            let outcome = async {
                                if false {
                                    return ::reliable::expansion::returns::<
                                        Result<
                                            BoxStream<'static, Result<Chunk, ModelError>>,
                                            ModelError,
                                        >,
                                    >();
                                }
                                {
                                    let answer = CLIENT.post(prompt).await?;
                                    Ok(answer.chunks())
                                }
                            }
                                .await;
                            ::reliable::stream::begun(outcome).await
                        },
                    )
                    .await;
                timeout.gaps("ask", outcome)
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
