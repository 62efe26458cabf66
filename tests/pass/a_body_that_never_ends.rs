#![deny(warnings)]

use reliable::{Fault, circuit_breaker, fallback, retry};

#[retry(max = 2)]
async fn works() -> Result<u32, Fault> {
    loop {
        tokio::task::yield_now().await;
    }
}

#[fallback(Ok(1))]
#[circuit_breaker(failures = 5)]
fn spins() -> Result<u32, Fault> {
    loop {
        std::hint::spin_loop();
    }
}

#[test]
fn it_compiles() {
    drop(works());
    let _ = spins as fn() -> _;
}
