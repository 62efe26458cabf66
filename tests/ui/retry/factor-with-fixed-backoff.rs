use reliable::{Fault, retry};

#[retry(backoff = "fixed", factor = 3)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
