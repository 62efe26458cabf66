use reliable::{Fault, requires_approval};

#[requires_approval(remember(self))]
async fn refund(amount: u32, to: &str) -> Result<u32, Fault> {
    let _ = to;
    Ok(amount)
}

fn main() {}
