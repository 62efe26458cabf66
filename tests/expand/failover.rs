#[failover(model in MODELS)]
pub async fn ask(prompt: &str) -> Result<Answer, ModelError> {
    model.complete(prompt).await
}
