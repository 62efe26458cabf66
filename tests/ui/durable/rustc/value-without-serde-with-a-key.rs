use reliable::{Fault, IdempotencyKey, durable};

struct Receipt(u32);

async fn charge(_: IdempotencyKey) -> Result<Receipt, Fault> {
    Ok(Receipt(42))
}

#[durable(idempotency_key)]
async fn pay() -> Result<Receipt, Fault> {
    charge(idempotency_key).await
}

fn main() {}
