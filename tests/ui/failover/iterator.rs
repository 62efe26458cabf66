use reliable::{Fault, failover};

#[failover(model in models.iter())]
async fn ask(models: &[u32]) -> Result<u32, Fault> {
    Ok(**model)
}

fn main() {}
