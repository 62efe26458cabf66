use reliable::{Fault, Step, agent, retry};

#[retry]
#[agent]
async fn forecast() -> Result<Step<u32>, Fault> {
    Ok(Step::Done(1))
}

fn main() {}
