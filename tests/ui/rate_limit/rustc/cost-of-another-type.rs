use reliable::{Fault, rate_limit};

#[rate_limit(per_minute = 9000, cost = prompt.len())]
async fn forecast(prompt: &str) -> Result<usize, Fault> {
    Ok(prompt.len())
}

fn main() {}
