use reliable::{Fault, requires_approval, retry};

#[retry]
#[requires_approval]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
