use reliable::{Fault, timeout};

#[timeout(2days)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
