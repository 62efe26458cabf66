use reliable::{Fault, fallback};

#[fallback(Ok(1), when = |error| true)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
