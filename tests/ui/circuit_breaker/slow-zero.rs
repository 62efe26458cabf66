use reliable::{Fault, circuit_breaker};

#[circuit_breaker(slow = "0s")]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
