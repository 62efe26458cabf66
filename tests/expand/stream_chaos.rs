#[retry(max = 3, stream)]
#[chaos]
pub async fn ask(prompt: &str) -> Result<BoxStream<'static, Result<Chunk, ModelError>>, ModelError> {
    post(prompt).await
}
