use reliable::{Fault, retry};

#[retry(attempt, name = format!("ask {attempt}"))]
async fn ask() -> Result<u32, Fault> {
    Ok(attempt)
}

fn main() {}
