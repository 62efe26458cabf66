use reliable::{Fault, Step, agent, requires_approval};

#[agent]
#[requires_approval]
async fn forecast() -> Result<Step<u32>, Fault> {
    Ok(Step::Done(1))
}

fn main() {}
