use reliable::{Fault, timeout};

#[timeout(secs = 1, name = number())]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn number() -> u32 {
    3
}

fn main() {}
