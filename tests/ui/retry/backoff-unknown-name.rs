use reliable::{Fault, retry};

#[retry(backoff = "exponential")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
