use reliable::{Fault, Step, agent};

#[agent(max_denials = 0)]
async fn assistant(chat: &mut Vec<String>) -> Result<Step<String>, Fault> {
    Ok(chat.pop().map_or(Step::Next, Step::Done))
}

fn main() {}
