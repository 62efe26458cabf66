use reliable::{Fault, RetryBudget, retry};

#[retry(budget = RetryBudget::new(10))]
async fn forecast(_: &RetryBudget) -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
