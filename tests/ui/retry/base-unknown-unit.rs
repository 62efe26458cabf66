use reliable::{Fault, retry};

#[retry(base = "2 days")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
