use reliable::{Fault, requires_approval};

#[requires_approval]
#[requires_approval(reason = "money")]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
