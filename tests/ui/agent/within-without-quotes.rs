use reliable::{Fault, Step, agent};

#[agent(within = 2m)]
async fn assistant() -> Result<Step<u32>, Fault> {
    Ok(Step::Done(1))
}

fn main() {}
