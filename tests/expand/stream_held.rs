impl Model {
    #[circuit_breaker(failures = 5, when = ModelError::is_theirs, stream)]
    #[bulkhead(self.places)]
    pub async fn ask(&self, prompt: &str) -> Result<BoxStream<'_, Result<Chunk, ModelError>>, ModelError> {
        self.client.post(prompt).await
    }
}
