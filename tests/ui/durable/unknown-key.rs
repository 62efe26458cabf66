use reliable::{Fault, durable};

#[durable(store = "agent.db")]
async fn pay(card: &str) -> Result<usize, Fault> {
    Ok(card.len())
}

fn main() {}
