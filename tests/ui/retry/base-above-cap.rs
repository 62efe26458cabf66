use reliable::{Fault, retry};

#[retry(base = "10s", cap = "8s")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
