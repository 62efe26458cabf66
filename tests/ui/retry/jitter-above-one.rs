use reliable::{Fault, retry};

#[retry(jitter = 1.5)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
