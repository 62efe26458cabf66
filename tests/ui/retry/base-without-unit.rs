use reliable::{Fault, retry};

#[retry(base = "250")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
