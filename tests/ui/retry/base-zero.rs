use reliable::{Fault, retry};

#[retry(base = "0ms")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
