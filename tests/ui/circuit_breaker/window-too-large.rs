use reliable::{Fault, circuit_breaker};

#[circuit_breaker(ratio = 0.5, window = 1025)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
