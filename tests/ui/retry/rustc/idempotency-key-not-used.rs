#![deny(unused_variables)]

use reliable::{Fault, retry};

#[retry(idempotency_key)]
async fn pay() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
