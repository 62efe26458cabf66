use reliable::{Fault, circuit_breaker};

#[circuit_breaker(trips = 3)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
