use reliable::{Fault, Step, agent, durable};

#[durable]
#[agent]
async fn assistant(chat: &mut Vec<String>) -> Result<Step<usize>, Fault> {
    Ok(Step::Done(chat.len()))
}

fn main() {}
