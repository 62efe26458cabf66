use reliable::{Fault, retry, timeout};

#[retry(max = 3, name = "weather")]
#[timeout(secs = 1, name = "forecast")]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
