use reliable::{Fault, fallback, rate_limit, requires_approval};

#[fallback(by_fax)]
#[rate_limit(per_second = 10)]
#[fallback(by_fax)]
#[requires_approval]
#[fallback(by_fax)]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

async fn by_fax(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
