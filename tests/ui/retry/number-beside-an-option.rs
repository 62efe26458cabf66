use reliable::{Fault, retry};

#[retry(3, backoff = "fixed")]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
