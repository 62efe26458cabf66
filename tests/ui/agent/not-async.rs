use reliable::{Fault, Step, agent};

#[agent]
fn assistant() -> Result<Step<u32>, Fault> {
    Ok(Step::Done(1))
}

fn main() {}
