use reliable::{Fault, retry};

#[retry(max = 1.5)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
