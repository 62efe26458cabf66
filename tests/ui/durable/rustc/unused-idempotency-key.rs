#![deny(unused_variables)]

use reliable::{Fault, durable};

#[durable(idempotency_key)]
async fn pay() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
