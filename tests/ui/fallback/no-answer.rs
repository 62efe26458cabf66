use reliable::{Fault, fallback};

#[fallback]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
