use reliable::{Fault, rate_limit};

#[rate_limit]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
