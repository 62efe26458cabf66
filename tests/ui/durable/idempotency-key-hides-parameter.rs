use reliable::{Fault, durable};

#[durable(idempotency_key)]
async fn pay(idempotency_key: &str) -> Result<usize, Fault> {
    Ok(idempotency_key.len())
}

fn main() {}
