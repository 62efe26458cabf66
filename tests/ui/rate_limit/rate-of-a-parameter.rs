use reliable::{Fault, rate_limit};

#[rate_limit(per_second = rate)]
async fn forecast(rate: u32) -> Result<u32, Fault> {
    Ok(rate)
}

fn main() {}
