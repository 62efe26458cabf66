use reliable::{Fault, retry};

#[retry(base = "1.5s")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
