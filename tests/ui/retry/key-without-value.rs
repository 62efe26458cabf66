use reliable::{Fault, retry};

#[retry(max)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
