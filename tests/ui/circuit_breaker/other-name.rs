use reliable::{Fault, circuit_breaker};

#[circuit_breaker(threshold = 3)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
