use reliable::{Fault, retry};

#[retry(clone(city.len()))]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
