use reliable::{Fault, retry};

#[retry(factor = "2")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
