use reliable::{Fault, Step, agent};

async fn ask(messages: Vec<String>) -> Result<Step<String>, Fault> {
    Ok(Step::Done(messages.concat()))
}

#[agent(max_steps = 8)]
async fn assistant(messages: Vec<String>) -> Result<Step<String>, Fault> {
    ask(messages).await
}

fn main() {}
