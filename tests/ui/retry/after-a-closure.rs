use reliable::{Fault, retry};

#[retry(after = |_| None)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
