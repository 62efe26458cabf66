impl Weather {
    /// The weather of tomorrow.
    #[fallback(Self::stale)]
    #[timeout(self.limit * 2)]
    #[retry(max = self.retries)]
    #[timeout(self.limit)]
    pub async fn forecast(&mut self, city: &str) -> Result<Forecast, WeatherError> {
        self.calls += 1;
        fetch(city).await
    }
}
