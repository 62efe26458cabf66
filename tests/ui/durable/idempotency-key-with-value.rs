use reliable::{Fault, durable};

#[durable(idempotency_key = 3)]
async fn pay() -> Result<String, Fault> {
    Ok(idempotency_key.to_string())
}

fn main() {}
