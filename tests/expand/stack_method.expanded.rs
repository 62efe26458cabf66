impl Weather {
    /// The weather of tomorrow.
    pub async fn forecast(&mut self, city: &str) -> Result<Forecast, WeatherError> {
        let outer_timeout: ::reliable::Timeout = ::core::convert::From::from(
            self.limit * 2,
        );
        let last_error = ::reliable::expansion::LastError::new();
        let retry = ::reliable::Retry::new().max(self.retries);
        let timeout: ::reliable::Timeout = ::core::convert::From::from(self.limit);
        let outcome = outer_timeout
            .run_with(
                "forecast",
                async {
                    let mut attempts = retry.attempts();
                    loop {
                        let outcome = timeout
                            .run(
                                "forecast",
                                async {
                                    let outcome: Result<Forecast, WeatherError> = {
                                        self.calls += 1;
                                        fetch(city).await
                                    };
                                    outcome
                                },
                            )
                            .await;
                        let pause = match attempts
                            .settle(
                                "forecast",
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
                },
                |fault| ::reliable::expansion::FromFault::from_fault(
                    last_error.add_to(fault),
                ),
            )
            .await;
        if let ::core::ops::ControlFlow::Break(outcome) = ::reliable::expansion::Fallback::settle(
            "forecast",
            outcome,
            |error| ::reliable::expansion::Inspect::new(error).failure(),
        ) {
            return outcome;
        }
        return Self::stale(self, city).await;
    }
}
