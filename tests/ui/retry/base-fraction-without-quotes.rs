use reliable::{Fault, retry};

#[retry(base = 0.5)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
