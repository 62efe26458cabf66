use reliable::{Fault, failover};

#[failover]
async fn ask() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
