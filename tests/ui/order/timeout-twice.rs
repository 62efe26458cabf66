use reliable::{Fault, timeout};

#[timeout(secs = 5)]
#[timeout(secs = 1)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
