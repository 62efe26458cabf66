use reliable::{Fault, failover};

static MODELS: [u32; 2] = [1, 2];

#[failover(MODELS)]
async fn ask() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
