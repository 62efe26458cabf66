use reliable::{Fault, failover};

static MODEL: u32 = 1;

#[failover(model in MODEL)]
async fn ask() -> Result<u32, Fault> {
    Ok(*model)
}

fn main() {}
