use reliable::{Fault, Retry, circuit_breaker};

static POLICY: Retry = Retry::new();

#[circuit_breaker(POLICY)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
