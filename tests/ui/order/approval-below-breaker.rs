use reliable::{Fault, circuit_breaker, requires_approval};

#[circuit_breaker(failures = 5)]
#[requires_approval]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
