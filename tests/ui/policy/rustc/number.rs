use reliable::{Fault, policy};

#[policy(3)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
