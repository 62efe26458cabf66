use reliable::{Fault, requires_approval};

#[requires_approval(within = "0s")]
async fn refund(amount: u32, iban: &str) -> Result<String, Fault> {
    Ok(format!("{amount} to {iban}"))
}

fn main() {}
