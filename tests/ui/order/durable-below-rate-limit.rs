use reliable::{Fault, durable, rate_limit};

#[rate_limit(per_second = 10)]
#[durable]
async fn pay(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
