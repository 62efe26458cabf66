use reliable::{Fault, Step, agent};

#[agent(steps)]
async fn assistant(steps: u32) -> Result<Step<u32>, Fault> {
    Ok(Step::Done(steps))
}

fn main() {}
