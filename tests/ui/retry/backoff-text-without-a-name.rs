use reliable::{Fault, retry};

#[retry("fixed")]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
