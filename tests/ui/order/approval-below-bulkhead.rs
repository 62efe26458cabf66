use reliable::{Fault, bulkhead, requires_approval};

#[bulkhead(max = 4)]
#[requires_approval]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
