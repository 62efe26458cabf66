use reliable::{Fault, failover};

#[failover(model in "large, small")]
async fn ask() -> Result<u32, Fault> {
    Ok(*model)
}

fn main() {}
