use reliable::{Fault, Step, agent, failover};

#[failover(model in [1, 2])]
#[agent]
async fn assistant() -> Result<Step<u32>, Fault> {
    Ok(Step::Done(*model))
}

fn main() {}
