use reliable::{Fault, retry};

#[retry]
async fn forecast(days: u32, mut) -> Result<u32, Fault> {
    Ok(days)
}

fn main() {}
