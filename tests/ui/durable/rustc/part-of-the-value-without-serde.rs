use reliable::{Fault, durable};

struct Receipt(u32);

#[durable]
async fn pay() -> Result<Vec<Receipt>, Fault> {
    Ok(vec![Receipt(42)])
}

fn main() {}
