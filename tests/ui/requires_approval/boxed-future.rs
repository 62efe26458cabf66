use std::pin::Pin;

use reliable::{Fault, requires_approval};

#[requires_approval]
fn refund(amount: u32) -> Pin<Box<dyn Future<Output = Result<u32, Fault>> + Send>> {
    Box::pin(async move { Ok(amount) })
}

fn main() {}
