use reliable::{Fault, policy};

#[policy(THROTTLE, clone(town))]
async fn forecast(city: String) -> Result<String, Fault> {
    Ok(city)
}

fn main() {}
