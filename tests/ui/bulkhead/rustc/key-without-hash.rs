use reliable::{Fault, bulkhead};

#[bulkhead(key = share)]
async fn forecast(share: f64) -> Result<f64, Fault> {
    Ok(share)
}

fn main() {}
