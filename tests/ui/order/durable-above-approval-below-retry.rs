use reliable::{Fault, durable, requires_approval, retry};

#[retry(max = 3)]
#[durable]
#[requires_approval]
async fn pay(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
