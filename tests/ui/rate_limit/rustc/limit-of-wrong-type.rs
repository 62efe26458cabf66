use reliable::{Fault, rate_limit};

static RATE: u32 = 10;

#[rate_limit(RATE)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
