pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let hedge = const {
        &::reliable::Hedge::after(::core::time::Duration::from_millis(200))
    };
    return hedge
        .run_judged(
            "forecast",
            || async {
                let outcome: Result<Forecast, WeatherError> = { fetch(city).await };
                outcome
            },
            |error| ::reliable::expansion::Inspect::new(error).failure(),
        )
        .await;
}
