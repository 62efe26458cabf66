use reliable::{Fault, hedge, retry};

#[hedge(after = "200ms")]
#[retry(max = 3, idempotency_key)]
async fn pay() -> Result<String, Fault> {
    Ok(idempotency_key.to_string())
}

fn main() {}
