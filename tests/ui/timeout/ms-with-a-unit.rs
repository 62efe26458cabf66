use reliable::{Fault, timeout};

#[timeout(ms = 2s)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
