use reliable::{Fault, durable, fallback};

struct Receipt(u32);

async fn charge() -> Result<u32, Fault> {
    Ok(42)
}

#[fallback(Ok(Receipt(0)))]
#[durable]
async fn pay() -> Result<Receipt, Fault> {
    let amount = charge().await?;
    Ok(Receipt(amount))
}

fn main() {}
