use reliable::{Fault, requires_approval};

#[requires_approval(redact(card))]
async fn refund(amount: u32, iban: &str) -> Result<String, Fault> {
    Ok(format!("{amount} to {iban}"))
}

fn main() {}
