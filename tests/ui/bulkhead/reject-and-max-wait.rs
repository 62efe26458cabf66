use reliable::{Fault, bulkhead};

#[bulkhead(max = 4, max_wait = "2s", reject)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
