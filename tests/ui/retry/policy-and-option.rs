use reliable::{Fault, Retry, retry};

const POLICY: Retry = Retry::new().max(3);

#[retry(POLICY, max = 5)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
