use reliable::{Fault, retry};

#[retry(jitter = -0.1)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
