use reliable::{Fault, fallback};

#[fallback(Ok(1), wen = true)]
async fn forecast() -> Result<u32, Fault> {
    Ok(3)
}

fn main() {}
