use reliable::{Fault, retry};

#[retry(budget = tokens)]
async fn forecast(tokens: u32) -> Result<u32, Fault> {
    Ok(tokens)
}

fn main() {}
