use reliable::{Fault, bulkhead, durable};

#[bulkhead(max = 4)]
#[durable]
async fn pay(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
