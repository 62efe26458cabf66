use reliable::{Fault, retry};

#[retry(backoff = "none", base = "1s")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
