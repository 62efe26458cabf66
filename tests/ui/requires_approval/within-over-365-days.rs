use reliable::{Fault, requires_approval};

#[requires_approval(within = "366d")]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
