use reliable::{Fault, durable, retry, timeout};

#[retry(max = 3)]
#[timeout(secs = 1)]
#[durable]
async fn pay(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
