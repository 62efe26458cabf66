use reliable::{Fault, requires_approval};

fn is_many(amount: &u32) -> u32 {
    *amount
}

#[requires_approval(when = is_many)]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
