use reliable::{Fault, durable};

struct Receipt(u32);

#[durable]
async fn pay() -> Result<Receipt, Fault> {
    let amount: u32 = "42".parse().unwrap();
    Ok(Receipt(amount))
}

fn main() {}
