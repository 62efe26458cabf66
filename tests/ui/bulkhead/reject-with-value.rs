use reliable::{Fault, bulkhead};

#[bulkhead(reject = true)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
