use reliable::{Fault, policy};

#[policy(THROTTLE, LOGGER)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
