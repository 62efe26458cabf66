use reliable::{Fault, durable, retry};

#[durable(idempotency_key)]
#[retry(max = 3, idempotency_key)]
async fn pay() -> Result<String, Fault> {
    Ok(idempotency_key.to_string())
}

fn main() {}
