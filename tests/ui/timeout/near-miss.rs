use reliable::{Fault, timeout};

#[timeout(sec = 2)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
