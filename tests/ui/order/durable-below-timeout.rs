use reliable::{Fault, durable, timeout};

#[timeout(secs = 1)]
#[durable]
async fn pay(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
