use reliable::{Fault, failover};

#[failover(cooldown = "30s")]
async fn ask() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
