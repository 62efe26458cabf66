use reliable::{Fault, failover};

#[failover(model in &vec![])]
async fn ask() -> Result<u32, Fault> {
    Ok(*model)
}

fn main() {}
