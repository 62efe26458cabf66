use reliable::{Fault, retry};

#[retry(after = 30)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
