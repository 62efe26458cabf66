use reliable::{Fault, durable, retry};

#[durable]
#[retry(max = 3, idempotency_key)]
async fn pay() -> Result<String, Fault> {
    Ok(idempotency_key.to_string())
}

fn main() {}
