use std::pin::Pin;

use reliable::{Fault, timeout};

#[timeout(secs = 1)]
fn forecast() -> Pin<Box<dyn Future<Output = Result<u32, Fault>> + Send>> {
    Box::pin(async { Ok(1) })
}

fn main() {}
