use reliable::{Fault, durable, retry};

#[retry(max = 3)]
#[durable]
async fn pay(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
