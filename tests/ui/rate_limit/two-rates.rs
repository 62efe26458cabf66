use reliable::{Fault, rate_limit};

#[rate_limit(per_second = 10, per_minute = 600)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
