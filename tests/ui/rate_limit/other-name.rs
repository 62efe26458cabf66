use reliable::{Fault, rate_limit};

#[rate_limit(rps = 3)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
