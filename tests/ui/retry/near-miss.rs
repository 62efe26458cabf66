use reliable::{Fault, retry};

#[retry(bakoff = "exp")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
