use reliable::{Fault, circuit_breaker};

#[circuit_breaker(probes = 1, probes = 2)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
