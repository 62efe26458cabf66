use reliable::{Fault, retry};

#[retry(within = "2d")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
