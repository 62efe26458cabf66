use reliable::{Fault, retry};

#[retry(base = 250 ms)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
