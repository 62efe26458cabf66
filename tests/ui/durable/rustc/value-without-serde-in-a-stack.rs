use reliable::{Fault, durable, requires_approval, retry, timeout};

struct Receipt(u32);

async fn charge() -> Result<u32, Fault> {
    Ok(42)
}

#[requires_approval]
#[durable]
#[retry(max = 3)]
#[timeout(secs = 20)]
async fn pay() -> Result<Receipt, Fault> {
    let amount = charge().await?;
    Ok(Receipt(amount))
}

fn main() {}
