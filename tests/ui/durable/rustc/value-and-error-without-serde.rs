use reliable::durable;

struct Receipt(u32);

#[derive(Debug)]
enum BankError {
    Busy,
}

#[durable]
async fn pay() -> Result<Receipt, BankError> {
    if false {
        return Err(BankError::Busy);
    }
    Ok(Receipt(42))
}

fn main() {}
