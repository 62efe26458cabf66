use reliable::{Fault, failover};

#[failover(model in [1, 2])]
#[failover(region in [3, 4])]
async fn ask() -> Result<u32, Fault> {
    Ok(*model + *region)
}

fn main() {}
