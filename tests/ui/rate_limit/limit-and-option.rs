use reliable::{Fault, RateLimit, rate_limit};

static LIMIT: RateLimit = RateLimit::per_second(10);

#[rate_limit(LIMIT, reject)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
