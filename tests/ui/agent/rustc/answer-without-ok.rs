use reliable::{Fault, Step, agent};

#[agent]
async fn assistant() -> Result<Step<u32>, Fault> {
    Step::Done(1)
}

fn main() {}
