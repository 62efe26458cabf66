use reliable::{Fault, fallback};

#[fallback(offline::)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
