pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let retry = const { &::reliable::Retry::new().max(3) };
    let timeout = const { &::reliable::Timeout::ms(2000) };
    let mut attempts = retry.attempts();
    return loop {
        let outcome = timeout
            .run(
                "forecast",
                async {
                    if false {
                        return ::reliable::expansion::returns::<
                            Result<Forecast, WeatherError>,
                        >();
                    }
                    if let ::core::option::Option::Some(outcome) = ::reliable::expansion::strike(
                            "forecast",
                        )
                        .await
                    {
                        return outcome;
                    }
                    { fetch(city).await }
                },
            )
            .await;
        let pause = match attempts
            .settle(
                "forecast",
                outcome,
                |error| ::reliable::expansion::Inspect::new(error).failure(),
            )
        {
            ::core::ops::ControlFlow::Break(outcome) => break outcome,
            ::core::ops::ControlFlow::Continue(pause) if pause.is_nothing() => continue,
            ::core::ops::ControlFlow::Continue(pause) => pause,
        };
        pause.await;
    };
}
