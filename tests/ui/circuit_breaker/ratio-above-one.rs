use reliable::{Fault, circuit_breaker};

#[circuit_breaker(ratio = 1.5)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
