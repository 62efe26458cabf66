use reliable::{Fault, bulkhead};

static PLACES: u32 = 4;

#[bulkhead(PLACES)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
