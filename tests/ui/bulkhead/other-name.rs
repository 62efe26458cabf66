use reliable::{Fault, bulkhead};

#[bulkhead(max_concurrent = 3)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
