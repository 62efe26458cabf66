use reliable::{Fault, circuit_breaker};

#[circuit_breaker(cooldown = 30s)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
