use reliable::{Fault, failover, timeout};

use std::time::Duration;

static LIMITS: [Duration; 1] = [Duration::from_secs(2)];

#[timeout(*model)]
#[failover(model in LIMITS)]
async fn ask() -> Result<Duration, Fault> {
    Ok(*model)
}

fn main() {}
