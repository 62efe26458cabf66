use reliable::{Fault, retry};

#[retry(tries + 1)]
async fn forecast(tries: u32) -> Result<u32, Fault> {
    Ok(tries)
}

fn main() {}
