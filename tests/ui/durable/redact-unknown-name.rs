use reliable::{Fault, durable};

#[durable(redact(crad))]
async fn pay(card: &str) -> Result<usize, Fault> {
    Ok(card.len())
}

fn main() {}
