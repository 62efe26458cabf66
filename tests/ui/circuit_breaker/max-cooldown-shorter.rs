use reliable::{Fault, circuit_breaker};

#[circuit_breaker(cooldown = "1m", max_cooldown = "30s")]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
