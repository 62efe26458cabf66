use reliable::{Fault, durable};

struct Receipt(u32);

async fn charge() -> Result<Receipt, Fault> {
    Ok(Receipt(42))
}

#[durable]
async fn pay() -> Result<Receipt, Fault> {
    charge().await
}

fn main() {}
