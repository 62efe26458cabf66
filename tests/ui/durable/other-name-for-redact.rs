use reliable::{Fault, durable};

#[durable(hide(card))]
async fn pay(card: &str) -> Result<usize, Fault> {
    Ok(card.len())
}

fn main() {}
