use reliable::{Fault, circuit_breaker};

#[circuit_breaker(when = |_| true)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
