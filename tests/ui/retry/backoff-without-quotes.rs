use reliable::{Fault, retry};

#[retry(backoff = exp)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
