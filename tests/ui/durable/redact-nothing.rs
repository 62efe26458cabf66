use reliable::{Fault, durable};

#[durable(redact())]
async fn pay(card: &str) -> Result<usize, Fault> {
    Ok(card.len())
}

fn main() {}
