use reliable::{Fault, circuit_breaker};

#[circuit_breaker(failure = 3)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
