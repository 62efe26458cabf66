use reliable::{Fault, circuit_breaker};

const CALLS: u32 = 20;

#[circuit_breaker(ratio = 0.5, window = CALLS, min_calls = 2)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
