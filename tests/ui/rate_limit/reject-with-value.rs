use reliable::{Fault, rate_limit};

#[rate_limit(per_second = 10, reject = true)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
