use reliable::{Fault, failover};

#[failover(model in [1, 2], cooldown = pause)]
async fn ask(pause: std::time::Duration) -> Result<u32, Fault> {
    Ok(*model)
}

fn main() {}
