use reliable::{Fault, circuit_breaker, timeout};

#[timeout(secs = 5)]
#[circuit_breaker(failures = 5)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
