use reliable::{Fault, requires_approval, timeout};

#[timeout(secs = 1)]
#[requires_approval]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
