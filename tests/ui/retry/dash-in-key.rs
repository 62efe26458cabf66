use reliable::{Fault, retry};

#[retry(max-retries = 3)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
