use reliable::{Fault, failover};

#[failover(model in [1, 2], cooldown = 60)]
async fn ask() -> Result<u32, Fault> {
    Ok(*model)
}

fn main() {}
