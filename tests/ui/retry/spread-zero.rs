use reliable::{Fault, retry};

#[retry(spread = "0s")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
