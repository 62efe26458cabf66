use std::pin::Pin;

use reliable::{Fault, retry};

#[retry]
fn forecast() -> Pin<Box<dyn Future<Output = Result<u32, Fault>> + Send>> {
    Box::pin(async { Ok(1) })
}

fn main() {}
