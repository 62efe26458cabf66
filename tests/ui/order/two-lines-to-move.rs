use reliable::{Fault, fallback, requires_approval, retry};

#[retry]
#[fallback(Ok(0))]
#[requires_approval]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
