use reliable::{Fault, failover};

#[failover(for model in [1, 2])]
async fn ask() -> Result<u32, Fault> {
    Ok(*model)
}

fn main() {}
