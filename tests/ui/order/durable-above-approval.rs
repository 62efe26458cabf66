use reliable::{Fault, durable, requires_approval};

#[durable]
#[requires_approval]
async fn pay(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
