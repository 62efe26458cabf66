use reliable::{Fault, fallback, retry, timeout};

#[retry]
#[timeout(secs = 1)]
#[fallback(Ok(0))]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
