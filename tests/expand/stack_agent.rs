#[fallback(apologise)]
#[timeout("5m")]
#[agent(max_steps = 8, max_usd = 0.50)]
#[retry(max = 2)]
#[timeout(secs = 30)]
pub async fn assistant(chat: &mut Chat) -> Result<Step<String>, AgentError> {
    chat.ask_model().await.map(Reply::into_step)
}
