use reliable::{Fault, rate_limit};

#[rate_limit(per_minute 9000, cost = 5, reserved)]
async fn forecast() -> Result<u32, Fault> {
    reserved.commit(3);
    Ok(21)
}

fn main() {}
