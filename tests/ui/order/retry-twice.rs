use reliable::{Fault, retry, timeout};

#[retry(max = 1)]
#[timeout(secs = 1)]
#[retry(max = 2)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
