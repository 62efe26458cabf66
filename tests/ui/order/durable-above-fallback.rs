use reliable::{Fault, durable, fallback};

#[durable]
#[fallback(Ok(0))]
async fn pay(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
