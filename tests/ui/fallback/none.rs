use reliable::{Fault, fallback};

#[fallback(None)]
async fn forecast() -> Result<Option<u32>, Fault> {
    Ok(None)
}

fn main() {}
