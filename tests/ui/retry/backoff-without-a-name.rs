use reliable::{Fault, retry};

#[retry(exp)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
