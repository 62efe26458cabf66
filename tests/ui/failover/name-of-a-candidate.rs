use reliable::{Fault, failover};

#[failover(model in ["large", "small"], name = model)]
async fn ask() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
