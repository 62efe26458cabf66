use reliable::{Fault, timeout};

#[timeout(limit = 5)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
