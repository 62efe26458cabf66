use reliable::{Fault, failover, fallback};

#[failover(model in [1, 2])]
#[fallback(Ok(3))]
async fn ask() -> Result<u32, Fault> {
    Ok(*model)
}

fn main() {}
