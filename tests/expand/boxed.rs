#[retry(max = 3)]
#[timeout(ms = 2000)]
pub fn boxed(city: String) -> Pin<Box<dyn Future<Output = Result<Forecast, WeatherError>> + Send>> {
    Box::pin(async move {
        let city = city;
        let returned: Result<Forecast, WeatherError> = { fetch(&city).await };
        returned
    })
}
