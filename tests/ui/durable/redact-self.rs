use reliable::{Fault, durable};

struct Bank;

impl Bank {
    #[durable(redact(self))]
    async fn pay(&self, card: &str) -> Result<usize, Fault> {
        Ok(card.len())
    }
}

fn main() {}
