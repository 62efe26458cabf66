use reliable::{Fault, timeout};

#[timeout]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
