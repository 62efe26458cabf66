use reliable::{Fault, failover};

#[failover(model in [1, 2])]
async fn ask(model: u32) -> Result<u32, Fault> {
    Ok(model)
}

fn main() {}
