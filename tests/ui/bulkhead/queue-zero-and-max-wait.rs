use reliable::{Fault, bulkhead};

#[bulkhead(max = 4, queue = 0, max_wait = "2s")]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
