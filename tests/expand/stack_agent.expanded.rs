pub async fn assistant(chat: &mut Chat) -> Result<String, AgentError> {
    let outer_timeout = const {
        &::reliable::Timeout::after(::core::time::Duration::from_secs(300))
    };
    let limits = const {
        &::reliable::AgentLimits::new()
            .max_steps(8)
            .max_usd(::reliable::Usd::micros(500000))
    };
    let last_error = ::reliable::expansion::LastError::new();
    let retry = const { &::reliable::Retry::new().max(2) };
    let timeout = const { &::reliable::Timeout::secs(30) };
    let outcome = outer_timeout
        .run_with(
            "assistant",
            async {
                let run = limits.begin("assistant");
                loop {
                    if let ::core::result::Result::Err(fault) = run.next_step() {
                        break ::reliable::expansion::Outcome::from_fault(fault);
                    }
                    last_error.forget();
                    let outcome = run
                        .scope(async {
                            let mut attempts = retry.attempts();
                            loop {
                                let outcome = timeout
                                    .run(
                                        "assistant",
                                        async {
                                            let outcome: Result<Step<String>, AgentError> = {
                                                chat.ask_model().await.map(Reply::into_step)
                                            };
                                            outcome
                                        },
                                    )
                                    .await;
                                let pause = match attempts
                                    .settle(
                                        "assistant",
                                        outcome,
                                        |error| {
                                            last_error
                                                .note(::reliable::expansion::Inspect::new(error).failure())
                                        },
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
                        .await;
                    let next = ::reliable::expansion::StepOutcome::settle(outcome, &run);
                    if let ::core::ops::ControlFlow::Break(answer) = next {
                        break answer;
                    }
                }
            },
            |fault| ::reliable::expansion::FromFault::from_fault(
                last_error.add_to(fault),
            ),
        )
        .await;
    if let ::core::ops::ControlFlow::Break(outcome) = ::reliable::expansion::Fallback::settle(
        "assistant",
        outcome,
        |error| ::reliable::expansion::Inspect::new(error).failure(),
    ) {
        return outcome;
    }
    return apologise(chat).await;
}
