use reliable::{Fault, durable};

#[durable(redact(card, card))]
async fn pay(card: &str) -> Result<usize, Fault> {
    Ok(card.len())
}

fn main() {}
