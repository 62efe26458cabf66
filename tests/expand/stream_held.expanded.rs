impl Model {
    pub async fn ask(
        &self,
        prompt: &str,
    ) -> Result<BoxStream<'_, Result<Chunk, ModelError>>, ModelError> {
        let breaker = {
            static BREAKER: ::reliable::CircuitBreaker = ::reliable::CircuitBreaker::new()
                .failures(5);
            &BREAKER
        };
        let bulkhead = ::reliable::stream::lend::<::reliable::Bulkhead, _>(&self.places);
        let outcome = 'call_2: {
            let permit = match breaker.admit("ask") {
                ::core::result::Result::Ok(permit) => permit,
                ::core::result::Result::Err(fault) => {
                    break 'call_2 (::reliable::expansion::Outcome::from_fault(fault));
                }
            };
            let outcome = 'call: {
                let permit = match bulkhead.admit("ask").await {
                    ::core::result::Result::Ok(permit) => permit,
                    ::core::result::Result::Err(fault) => {
                        break 'call (::reliable::expansion::Outcome::from_fault(fault));
                    }
                };
                let outcome = {
                    let outcome: Result<
                        BoxStream<'_, Result<Chunk, ModelError>>,
                        ModelError,
                    > = { self.client.post(prompt).await };
                    ::reliable::stream::begun(outcome).await
                };
                permit.until_dropped(::core::clone::Clone::clone(&bulkhead), outcome)
            };
            permit
                .until_end(
                    ::core::clone::Clone::clone(&breaker),
                    "ask",
                    outcome,
                    |error| {
                        ::reliable::expansion::Inspect::new(error)
                            .failure()
                            .when(ModelError::is_theirs(error))
                    },
                    |error| {
                        ::reliable::expansion::Inspect::new(error)
                            .failure()
                            .when(ModelError::is_theirs(error))
                    },
                )
        };
        return ::reliable::stream::boxed(outcome);
    }
}
