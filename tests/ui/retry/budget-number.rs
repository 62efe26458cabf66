use reliable::{Fault, retry};

#[retry(budget = 10)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
