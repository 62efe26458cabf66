use reliable::{Fault, retry};

#[retry(max = 5_000_000_000)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
