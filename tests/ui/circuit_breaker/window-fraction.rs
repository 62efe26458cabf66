use reliable::{Fault, circuit_breaker};

#[circuit_breaker(ratio = 0.5, window = 0.5)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
