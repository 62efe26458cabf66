use reliable::{circuit_breaker, retry};

struct Busy;

#[retry(max = 3)]
#[circuit_breaker(failures = 3)]
async fn forecast(city: &str) -> Result<usize, Busy> {
    Ok(city.len())
}

fn main() {}
