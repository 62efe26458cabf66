use reliable::{Bulkhead, Fault, bulkhead};

static BULKHEAD: Bulkhead = Bulkhead::new();

#[bulkhead(BULKHEAD, max = 4)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
