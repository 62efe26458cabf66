use reliable::{Fault, timeout};

#[timeout(secs = 0.5)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
