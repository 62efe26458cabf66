pub async fn forecast(
    city: String,
    patience: Duration,
) -> Result<Forecast, WeatherError> {
    let hedge = ::reliable::Hedge::after(patience).max(2);
    let timeout = const { &::reliable::Timeout::ms(2000) };
    let outcome = hedge
        .run_judged(
            "forecast",
            || {
                timeout
                    .run(
                        "forecast",
                        async {
                            let outcome: Result<Forecast, WeatherError> = {
                                let city = ::core::clone::Clone::clone(&city);
                                { fetch_owned(city).await }
                            };
                            outcome
                        },
                    )
            },
            |error| ::reliable::expansion::Inspect::new(error).failure(),
        )
        .await;
    if let ::core::ops::ControlFlow::Break(outcome) = ::reliable::expansion::Fallback::settle(
        "forecast",
        outcome,
        |error| ::reliable::expansion::Inspect::new(error).failure(),
    ) {
        return outcome;
    }
    return Ok(Forecast("unknown".to_owned()));
}
