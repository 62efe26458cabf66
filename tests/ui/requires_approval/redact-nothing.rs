use reliable::{Fault, requires_approval};

#[requires_approval(redact())]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
