use reliable::{Fault, failover};

#[failover(model in [1, 2], cooldwon = "30s")]
async fn ask() -> Result<u32, Fault> {
    Ok(*model)
}

fn main() {}
