use reliable::{Fault, retry};

#[retry(when = 3)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
