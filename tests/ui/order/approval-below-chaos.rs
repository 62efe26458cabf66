use reliable::{Fault, chaos, requires_approval};

#[chaos]
#[requires_approval]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
