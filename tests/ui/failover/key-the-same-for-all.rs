use reliable::{Fault, failover};

#[failover(model in [1, 2], key = tenant + 1)]
async fn ask(tenant: u32) -> Result<u32, Fault> {
    Ok(*model)
}

fn main() {}
