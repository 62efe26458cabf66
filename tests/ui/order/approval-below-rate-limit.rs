use reliable::{Fault, rate_limit, requires_approval};

#[rate_limit(per_second = 10)]
#[requires_approval]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
