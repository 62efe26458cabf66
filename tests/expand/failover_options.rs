#[timeout(secs = 60)]
#[failover(model in models, cooldown = "30s", key = model.name, when = ModelError::is_theirs)]
#[retry(max = model.retries)]
#[circuit_breaker(failures = 3, key = model.name)]
#[timeout(secs = 20)]
pub async fn ask(models: &[Model], prompt: String) -> Result<Answer, ModelError> {
    model.complete(&prompt).await
}
