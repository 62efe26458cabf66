use reliable::{Fault, retry};

#[retry(max = tries)]
async fn forecast(tries: &str) -> Result<u32, Fault> {
    Ok(tries.len() as u32)
}

fn main() {}
