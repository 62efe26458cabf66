use reliable::{Fault, durable};

#[durable(redcat(card))]
async fn pay(card: &str) -> Result<usize, Fault> {
    Ok(card.len())
}

fn main() {}
