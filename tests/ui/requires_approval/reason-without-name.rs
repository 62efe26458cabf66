use reliable::{Fault, requires_approval};

#[requires_approval("leaves the house")]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
