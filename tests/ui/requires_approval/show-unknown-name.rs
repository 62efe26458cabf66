use reliable::{Fault, requires_approval};

#[requires_approval(show(amuont))]
async fn refund(amount: u32, iban: &str) -> Result<String, Fault> {
    Ok(format!("{amount} to {iban}"))
}

fn main() {}
