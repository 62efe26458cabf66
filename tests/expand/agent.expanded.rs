pub async fn assistant(chat: &mut Chat) -> Result<String, AgentError> {
    let limits = const { &::reliable::AgentLimits::new().max_steps(8) };
    let run = limits.begin("assistant");
    return loop {
        if let ::core::result::Result::Err(fault) = run.next_step() {
            break ::reliable::expansion::Outcome::from_fault(fault);
        }
        let outcome = run
            .scope(async {
                if false {
                    return ::reliable::expansion::returns::<
                        Result<Step<String>, AgentError>,
                    >();
                }
                {
                    match chat.ask_model().await? {
                        Reply::Answer(answer) => Ok(Step::Done(answer)),
                        Reply::UseTool(call) => {
                            chat.use_tool(call).await?;
                            Ok(Step::Next)
                        }
                    }
                }
            })
            .await;
        let next = ::reliable::expansion::StepOutcome::settle(outcome, &run);
        if let ::core::ops::ControlFlow::Break(answer) = next {
            break answer;
        }
    };
}
