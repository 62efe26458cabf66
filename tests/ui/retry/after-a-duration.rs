use reliable::{Fault, retry};

#[retry(after = "2s")]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
