use reliable::{Fault, retry};

#[retry]
async fn forecast(city) -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
