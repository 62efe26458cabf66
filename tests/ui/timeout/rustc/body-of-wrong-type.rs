use reliable::{Fault, timeout};

async fn fetch() -> Result<u32, Fault> {
    Ok(1)
}

#[timeout(secs = 1)]
async fn forecast() -> Result<String, Fault> {
    fetch().await
}

fn main() {}
