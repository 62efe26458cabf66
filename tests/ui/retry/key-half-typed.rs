use reliable::{Fault, retry};

#[retry(ma)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
