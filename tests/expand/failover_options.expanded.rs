pub async fn ask(models: &[Model], prompt: String) -> Result<Answer, ModelError> {
    let outer_timeout = const { &::reliable::Timeout::secs(60) };
    let list: &[_] = &models;
    let failover = {
        static FAILOVER: ::reliable::Failover = ::reliable::Failover::new()
            .cooldown(::core::time::Duration::from_secs(30));
        &FAILOVER
    };
    let last_error = ::reliable::expansion::LastError::new();
    let timeout = const { &::reliable::Timeout::secs(20) };
    return outer_timeout
        .run_with(
            "ask",
            async {
                let mut candidates = match failover
                    .candidates(
                        "ask",
                        list,
                        |model| model.name,
                        |key| ::reliable::expansion::Inspect::new(key).name(),
                    )
                {
                    ::core::result::Result::Ok(candidates) => candidates,
                    ::core::result::Result::Err(fault) => {
                        return ::reliable::expansion::Outcome::from_fault(fault);
                    }
                };
                loop {
                    let model = candidates.current();
                    let retry = ::reliable::Retry::new().max(model.retries);
                    let breaker = {
                        static BREAKERS: ::reliable::Keyed<::reliable::CircuitBreaker> = ::reliable::Keyed::new(||
                        ::reliable::CircuitBreaker::new().failures(3));
                        BREAKERS.get(&model.name)
                    };
                    let outcome = {
                        let mut attempts = retry.attempts();
                        loop {
                            let outcome = 'call: {
                                let permit = match breaker.admit("ask") {
                                    ::core::result::Result::Ok(permit) => permit,
                                    ::core::result::Result::Err(fault) => {
                                        let fault = last_error.add_to(fault);
                                        break 'call (::reliable::expansion::Outcome::from_fault(
                                            fault,
                                        ));
                                    }
                                };
                                let outcome: Result<Answer, ModelError> = timeout
                                    .run("ask", (model.complete(&prompt)))
                                    .await;
                                permit
                                    .settle(
                                        "ask",
                                        outcome,
                                        |error| ::reliable::expansion::Inspect::new(error).failure(),
                                    )
                            };
                            let pause = match attempts
                                .settle(
                                    "ask",
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
                    };
                    if let ::core::ops::ControlFlow::Break(outcome) = candidates
                        .settle(
                            "ask",
                            outcome,
                            |error| {
                                ::reliable::expansion::Inspect::new(error)
                                    .failure()
                                    .when(ModelError::is_theirs(error))
                            },
                        )
                    {
                        break outcome;
                    }
                }
            },
            |fault| ::reliable::expansion::FromFault::from_fault(
                last_error.add_to(fault),
            ),
        )
        .await;
}
