use reliable::{Fault, requires_approval};

fn is_large(amount: u32) -> bool {
    amount > 100
}

#[requires_approval(when = is_large)]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
