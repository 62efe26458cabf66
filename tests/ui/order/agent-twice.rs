use reliable::{Fault, Step, agent};

#[agent(max_steps = 3)]
#[agent(max_steps = 8)]
async fn forecast() -> Result<Step<u32>, Fault> {
    Ok(Step::Done(1))
}

fn main() {}
