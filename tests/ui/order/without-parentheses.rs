use reliable::{Fault, retry, timeout};

#[retry]
#[timeout = 5]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
