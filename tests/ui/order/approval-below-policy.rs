use reliable::{Fault, policy, requires_approval};

#[policy(THROTTLE)]
#[requires_approval]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
