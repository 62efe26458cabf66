use reliable::{Fault, bulkhead};

#[bulkhead(max = 0)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
