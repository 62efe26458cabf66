use reliable::{Fault, circuit_breaker, durable};

#[circuit_breaker(failures = 5)]
#[durable]
async fn pay(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
