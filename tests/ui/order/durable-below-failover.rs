use reliable::{Fault, durable, failover};

#[failover(model in [1, 2])]
#[durable]
async fn ask() -> Result<u32, Fault> {
    Ok(*model)
}

fn main() {}
