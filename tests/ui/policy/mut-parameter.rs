use reliable::{Fault, policy};

#[policy(THROTTLE)]
async fn forecast(mut city: String) -> Result<usize, Fault> {
    city.push('!');
    Ok(city.len())
}

fn main() {}
