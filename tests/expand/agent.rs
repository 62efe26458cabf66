#[agent(max_steps = 8)]
pub async fn assistant(chat: &mut Chat) -> Result<Step<String>, AgentError> {
    match chat.ask_model().await? {
        Reply::Answer(answer) => Ok(Step::Done(answer)),
        Reply::UseTool(call) => {
            chat.use_tool(call).await?;
            Ok(Step::Next)
        }
    }
}
