use reliable::{Fault, retry};

#[retry(spread = "2")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
