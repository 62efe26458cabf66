use reliable::{Fault, policy};

struct Throttle;

#[policy(Throttle)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
