use reliable::{Fault, failover, requires_approval};

#[failover(model in [1, 2])]
#[requires_approval]
async fn ask() -> Result<u32, Fault> {
    Ok(*model)
}

fn main() {}
