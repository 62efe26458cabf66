use reliable::{Fault, timeout};

#[timeout(secs = 86_401)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
