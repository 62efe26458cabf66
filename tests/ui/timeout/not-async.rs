use reliable::{Fault, timeout};

#[timeout(secs = 1)]
fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
