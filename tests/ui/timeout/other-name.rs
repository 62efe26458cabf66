use reliable::{Fault, timeout};

#[timeout(seconds = 2)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
