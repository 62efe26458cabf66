use reliable::{Fault, retry, timeout};

#[retry]
#[timeout = 2]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
