use reliable::{Fault, failover};

#[failover(model in [1, 2], max = 3)]
async fn ask() -> Result<u32, Fault> {
    Ok(*model)
}

fn main() {}
