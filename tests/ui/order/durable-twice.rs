use reliable::{Fault, durable};

#[durable]
#[durable]
async fn pay(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
