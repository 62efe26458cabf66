use reliable::{Fault, circuit_breaker};

#[circuit_breaker(cooldown = "0s")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
