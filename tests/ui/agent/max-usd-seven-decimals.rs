use reliable::{Fault, Step, agent};

#[agent(max_usd = 0.0000001)]
async fn assistant(chat: &mut Vec<String>) -> Result<Step<String>, Fault> {
    Ok(chat.pop().map_or(Step::Next, Step::Done))
}

fn main() {}
