use reliable::{Fault, Step, agent};

#[agent(max_total_steps = 0)]
async fn assistant() -> Result<Step<u32>, Fault> {
    Ok(Step::Done(21))
}

fn main() {}
