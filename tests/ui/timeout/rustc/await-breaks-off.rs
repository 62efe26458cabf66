use reliable::{Fault, timeout};

#[timeout(secs = 1)]
async fn forecast(city: &str) -> Result<u32, Fault> {
    Ok(city.len() as u32).
}

fn main() {}
