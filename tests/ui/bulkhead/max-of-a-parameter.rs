use reliable::{Fault, bulkhead};

#[bulkhead(max = places)]
async fn forecast(places: u32) -> Result<u32, Fault> {
    Ok(places)
}

fn main() {}
