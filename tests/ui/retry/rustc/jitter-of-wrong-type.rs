use reliable::{Fault, retry};

#[retry(jitter = share)]
async fn forecast(share: u32) -> Result<u32, Fault> {
    Ok(share)
}

fn main() {}
