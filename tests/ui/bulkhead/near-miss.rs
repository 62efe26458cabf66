use reliable::{Fault, bulkhead};

#[bulkhead(quue = 4)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
