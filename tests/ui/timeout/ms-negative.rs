use reliable::{Fault, timeout};

#[timeout(ms = -1)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
