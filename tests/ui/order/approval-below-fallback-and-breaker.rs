use reliable::{Fault, circuit_breaker, fallback, requires_approval};

#[fallback(by_fax)]
#[circuit_breaker(failures = 2)]
#[requires_approval]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

async fn by_fax(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
