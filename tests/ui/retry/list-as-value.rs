use reliable::{Fault, retry};

#[retry(clone = city)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
