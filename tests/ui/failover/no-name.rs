use reliable::{Fault, failover};

#[failover(in [1, 2])]
async fn ask() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
