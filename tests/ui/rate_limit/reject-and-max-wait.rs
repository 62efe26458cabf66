use reliable::{Fault, rate_limit};

#[rate_limit(per_second = 4, reject, max_wait = "2s")]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
