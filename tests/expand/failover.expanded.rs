pub async fn ask(prompt: &str) -> Result<Answer, ModelError> {
    let list: &[_] = &MODELS;
    let failover = {
        static FAILOVER: ::reliable::Failover = ::reliable::Failover::new();
        &FAILOVER
    };
    let mut candidates = match failover
        .candidates(
            "ask",
            list,
            |model| model,
            |key| ::reliable::expansion::Inspect::new(key).name(),
        )
    {
        ::core::result::Result::Ok(candidates) => candidates,
        ::core::result::Result::Err(fault) => {
            return ::reliable::expansion::Outcome::from_fault(fault);
        }
    };
    return loop {
        let model = candidates.current();
        let outcome: Result<Answer, ModelError> = { model.complete(prompt).await };
        if let ::core::ops::ControlFlow::Break(outcome) = candidates
            .settle(
                "ask",
                outcome,
                |error| ::reliable::expansion::Inspect::new(error).failure(),
            )
        {
            break outcome;
        }
    };
}
