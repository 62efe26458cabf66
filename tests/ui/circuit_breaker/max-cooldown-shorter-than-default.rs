use reliable::{Fault, circuit_breaker};

#[circuit_breaker(max_cooldown = "10s")]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
