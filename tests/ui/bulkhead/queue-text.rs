use reliable::{Fault, bulkhead};

#[bulkhead(queue = "none")]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
