use reliable::requires_approval;

enum BankError {
    Closed,
}

#[requires_approval]
async fn refund(amount: u32) -> Result<u32, BankError> {
    if amount > 0 { Ok(amount) } else { Err(BankError::Closed) }
}

fn main() {}
