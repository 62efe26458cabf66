use reliable::{Fault, timeout};

#[timeout(secs = 1, name = 3)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
