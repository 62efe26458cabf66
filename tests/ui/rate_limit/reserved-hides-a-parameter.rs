use reliable::{Fault, rate_limit};

#[rate_limit(per_minute = 9000, cost = 5, reserved)]
async fn forecast(reserved: u32) -> Result<u32, Fault> {
    Ok(reserved)
}

fn main() {}
