use reliable::{CircuitBreaker, Fault, circuit_breaker};

static BREAKER: CircuitBreaker = CircuitBreaker::new();

#[circuit_breaker(BREAKER, failures = 3)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
