use reliable::{Fault, retry};

#[retry(max = 3 backoff = "exp")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
