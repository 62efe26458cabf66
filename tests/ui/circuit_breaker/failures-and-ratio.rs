use reliable::{Fault, circuit_breaker};

#[circuit_breaker(failures = 5, ratio = 0.5)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
