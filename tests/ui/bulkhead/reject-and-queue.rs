use reliable::{Fault, bulkhead};

#[bulkhead(max = 4, queue = 2, reject)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
