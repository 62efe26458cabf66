use reliable::durable;

#[derive(Debug)]
enum BankError {
    Busy,
}

#[durable]
async fn pay() -> Result<u32, BankError> {
    Err(BankError::Busy)
}

fn main() {}
