use reliable::{Fault, Step, agent, durable};

#[durable]
#[agent]
async fn assistant(task: &str) -> Result<Step<usize>, Fault> {
    Ok(Step::Done(task.len()))
}

fn main() {}
