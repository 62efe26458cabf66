use reliable::{Failover, Fault, failover};

static STATE: Failover = Failover::new();

#[failover(model in [1, 2], STATE, cooldown = "30s")]
async fn ask() -> Result<u32, Fault> {
    Ok(*model)
}

fn main() {}
