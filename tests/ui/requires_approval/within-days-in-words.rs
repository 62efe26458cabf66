use reliable::{Fault, requires_approval};

#[requires_approval(within = "2 days")]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
