use reliable::{Fault, durable};
use serde::Serialize;

#[derive(Serialize)]
struct Receipt(u32);

#[durable]
async fn pay() -> Result<Receipt, Fault> {
    Ok(Receipt(42))
}

fn main() {}
