use reliable::{Fault, timeout};

#[timeout(ms = 500, secs = 1)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
