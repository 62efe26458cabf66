use reliable::{Fault, retry};

#[retry(attempt)]
async fn ask(attempt: u32) -> Result<u32, Fault> {
    Ok(attempt)
}

fn main() {}
