use reliable::{Fault, requires_approval};

#[requires_approval]
async fn refund(amount: u32) -> Result<String, Fault> {
    amount
}

fn main() {}
