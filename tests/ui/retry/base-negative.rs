use reliable::{Fault, retry};

#[retry(base = "-250ms")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
