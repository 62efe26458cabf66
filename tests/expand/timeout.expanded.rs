pub async fn forecast(city: &str) -> Result<Forecast, WeatherError> {
    let timeout = const { &::reliable::Timeout::ms(2000) };
    return timeout.run("forecast", (fetch(city))).await;
}
