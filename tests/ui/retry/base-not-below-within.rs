use reliable::{Fault, retry};

#[retry(base = "2s", within = "2s")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
