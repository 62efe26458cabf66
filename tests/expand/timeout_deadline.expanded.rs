pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let timeout = const { &::reliable::Timeout::secs(30).deadline() };
    return timeout.run("forecast", (fetch(city))).await;
}
