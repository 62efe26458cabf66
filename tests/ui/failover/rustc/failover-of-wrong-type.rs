use reliable::{Fault, failover};

use std::time::Duration;

#[failover(model in [1, 2], Duration::from_secs(60))]
async fn ask() -> Result<u32, Fault> {
    Ok(*model)
}

fn main() {}
