use reliable::{Fault, circuit_breaker};

struct City;

#[circuit_breaker(key = city)]
async fn forecast(city: City) -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
