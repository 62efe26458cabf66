use reliable::{Fault, retry};

#[retry(idempotency_key = 3)]
async fn pay() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
