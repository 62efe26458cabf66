impl Model {
    pub async fn ask(
        &self,
        prompt: &str,
    ) -> Result<impl Stream<Item = Result<Chunk, ModelError>> + use<'_>, ModelError> {
        let retry = const { &::reliable::Retry::new().max(3) };
        let outcome = {
            let mut attempts = retry.attempts();
            loop {
                let outcome = {
                    let outcome = async {
                        if false {
                            return ::reliable::expansion::returns::<
                                Result<_, ModelError>,
                            >();
                        }
                        {
                            let answer = self.client.post(prompt).await?;
                            Ok(answer.chunks())
                        }
                    }
                        .await;
                    ::reliable::stream::begun_at(
                            ::reliable::stream::pinned::<
                                Result<Chunk, ModelError>,
                                _,
                            >(outcome),
                            |value| Chunk::has_text(value),
                        )
                        .await
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
        if let ::core::ops::ControlFlow::Break(outcome) = ::reliable::expansion::Fallback::settle(
            "ask",
            outcome,
            |error| ::reliable::expansion::Inspect::new(error).failure(),
        ) {
            return ::reliable::stream::left(outcome);
        }
        return {
            let answer: Result<_, ModelError> = Self::apology(self, prompt).await;
            ::reliable::stream::right(
                ::reliable::stream::begun_at(
                        ::reliable::stream::pinned::<
                            Result<Chunk, ModelError>,
                            _,
                        >(answer),
                        |value| Chunk::has_text(value),
                    )
                    .await,
            )
        };
    }
}
