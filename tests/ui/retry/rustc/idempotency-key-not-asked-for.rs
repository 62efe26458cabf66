use reliable::{Fault, retry};

#[retry]
async fn pay() -> Result<String, Fault> {
    Ok(idempotency_key.to_string())
}

fn main() {}
