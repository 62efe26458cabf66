use reliable::{Fault, retry};

#[retry(max = tries)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
