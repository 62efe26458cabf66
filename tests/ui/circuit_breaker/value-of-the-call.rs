use reliable::{Fault, circuit_breaker};

#[circuit_breaker(failures = limit)]
async fn forecast(limit: u32) -> Result<u32, Fault> {
    Ok(limit)
}

fn main() {}
