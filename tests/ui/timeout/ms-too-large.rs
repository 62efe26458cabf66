use reliable::{Fault, timeout};

#[timeout(ms = 86_400_001)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
