use std::time::Duration;

use reliable::{Fault, circuit_breaker};

const COOLDOWN: Duration = Duration::from_secs(40);
const MOST: Duration = Duration::from_secs(20);

#[circuit_breaker(cooldown = COOLDOWN, max_cooldown = MOST)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
