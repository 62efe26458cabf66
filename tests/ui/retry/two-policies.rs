use reliable::{Fault, Retry, retry};

const POLICY: Retry = Retry::new().max(3);

#[retry(POLICY, POLICY)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
