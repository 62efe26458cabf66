use reliable::{Fault, rate_limit};

#[rate_limit(per_second = 4, max_wait = 2)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
