pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let timeout = const { &::reliable::Timeout::ms(2000) };
    timeout
        .run(
            "forecast",
            async {
                if false {
                    return ::reliable::returns::<Result<Forecast, WeatherError>>();
                }
                { fetch(city).await }
            },
        )
        .await
}
