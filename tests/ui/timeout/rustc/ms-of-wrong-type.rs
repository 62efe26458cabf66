use reliable::{Fault, timeout};

#[timeout(ms = limit)]
async fn forecast(limit: u32) -> Result<u32, Fault> {
    Ok(limit)
}

fn main() {}
