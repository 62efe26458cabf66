use reliable::{Fault, failover};

#[failover(model in [1, 2], "60s")]
async fn ask() -> Result<u32, Fault> {
    Ok(*model)
}

fn main() {}
