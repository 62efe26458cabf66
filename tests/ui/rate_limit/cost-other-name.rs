use reliable::{Fault, rate_limit};

#[rate_limit(per_minute = 9000, tokens = 5)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
