use reliable::{Fault, timeout};

#[timeout(ms = "2s")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
