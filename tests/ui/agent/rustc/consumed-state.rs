use reliable::{Fault, Step, agent};

struct Chat;

async fn ask(_: Chat) -> Result<Step<String>, Fault> {
    Ok(Step::Next)
}

#[agent(max_steps = 8)]
async fn assistant(chat: Chat) -> Result<Step<String>, Fault> {
    ask(chat).await
}

fn main() {}
