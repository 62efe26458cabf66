use reliable::{Fault, circuit_breaker, fallback};

#[circuit_breaker]
#[fallback(Ok(2))]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
