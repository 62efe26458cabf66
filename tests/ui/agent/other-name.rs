use reliable::{Fault, Step, agent};

#[agent(max_iterations = 3)]
async fn assistant() -> Result<Step<u32>, Fault> {
    Ok(Step::Done(1))
}

fn main() {}
