use reliable::{Fault, durable, hedge};

#[hedge(after = "200ms")]
#[durable]
async fn pay(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
