use reliable::{Fault, fallback};

#[fallback(offline)]
async fn forecast(_: &str) -> Result<u32, Fault> {
    Ok(1)
}

async fn offline(_: &str) -> Result<u32, Fault> {
    Ok(0)
}

fn main() {}
