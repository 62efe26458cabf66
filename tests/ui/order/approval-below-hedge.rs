use reliable::{Fault, hedge, requires_approval};

#[hedge(after = "200ms")]
#[requires_approval]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
