#[retry(max = 3, stream)]
#[timeout(secs = 20, idle = "5s")]
pub async fn ask(prompt: &str) -> Result<BoxStream<'static, Result<Chunk, ModelError>>, ModelError> {
    let answer = CLIENT.post(prompt).await?;
    Ok(answer.chunks())
}
