use reliable::{Fault, retry};

#[retry(backoff = 2)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
