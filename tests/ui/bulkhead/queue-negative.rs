use reliable::{Fault, bulkhead};

#[bulkhead(queue = -1)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
