use reliable::{Fault, retry};

const POLICY: u32 = 3;

#[retry(POLICY)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
