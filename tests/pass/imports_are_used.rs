#![deny(unused_imports)]

use reliable::{Fault, fallback, requires_approval, retry, timeout};

#[fallback(Ok(0))]
#[requires_approval]
#[retry]
#[timeout(secs = 1)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

#[test]
fn they_are() {
    drop(forecast());
}
