use reliable::{Fault, retry};

#[retry(delay = "1s")]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
