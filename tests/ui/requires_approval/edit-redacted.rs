use reliable::{Fault, requires_approval};

#[requires_approval(redact(card), edit(card))]
async fn refund(amount: u32, card: &str) -> Result<(), Fault> {
    let _ = (amount, card);
    Ok(())
}

fn main() {}
