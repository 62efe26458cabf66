use reliable::{Fault, Step, agent, durable};

#[agent]
#[durable]
async fn assistant(task: &str) -> Result<Step<usize>, Fault> {
    Ok(Step::Done(task.len()))
}

fn main() {}
