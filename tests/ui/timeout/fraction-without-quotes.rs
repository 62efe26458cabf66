use reliable::{Fault, timeout};

#[timeout(1.5s)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
