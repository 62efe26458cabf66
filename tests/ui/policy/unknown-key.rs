use reliable::{Fault, policy};

#[policy(THROTTLE, when = true)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
