use reliable::{Fault, circuit_breaker};

#[circuit_breaker(ratio = "half")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
