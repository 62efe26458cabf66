use reliable::{Fault, retry};

#[retry(when = 3 + 1)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
