use reliable::{Fault, policy};

#[policy(THROTTLE)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
