use reliable::{Fault, Step, agent};

#[agent(max_steps = 0)]
async fn assistant() -> Result<Step<u32>, Fault> {
    Ok(Step::Done(1))
}

async fn twice() -> Result<u32, Fault> {
    Ok(2 * assistant().await?)
}

fn main() {}
