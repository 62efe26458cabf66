use reliable::{Fault, Step, agent, call_limit};

#[agent]
#[call_limit(max = 5)]
async fn assistant() -> Result<Step<u32>, Fault> {
    Ok(Step::Done(21))
}

fn main() {}
