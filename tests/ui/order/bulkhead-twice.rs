use reliable::{Fault, bulkhead};

#[bulkhead(max = 4)]
#[bulkhead(queue = 16)]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
