use reliable::{Fault, retry};

#[retry(if = true)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
