use reliable::{Fault, durable};

struct Receipt(u32);

async fn charge() -> Result<u32, Fault> {
    Ok(42)
}

#[durable]
async fn pay() -> Result<Receipt, Fault> {
    let amount = charge().await?;
    Ok(Receipt(amount))
}

fn main() {}
