impl Model {
    #[fallback(Self::apology, stream = Chunk::has_text)]
    #[retry(max = 3)]
    pub async fn ask(&self, prompt: &str) -> Result<impl Stream<Item = Result<Chunk, ModelError>> + use<'_>, ModelError> {
        let answer = self.client.post(prompt).await?;
        Ok(answer.chunks())
    }
}
