use reliable::{Fault, failover};

#[failover((model, limit) in [(1, 2)])]
async fn ask() -> Result<u32, Fault> {
    Ok(*model)
}

fn main() {}
