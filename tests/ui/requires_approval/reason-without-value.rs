use reliable::{Fault, requires_approval};

#[requires_approval(reason)]
async fn refund(amount: u32, iban: &str) -> Result<String, Fault> {
    Ok(format!("{amount} to {iban}"))
}

fn main() {}
