use reliable::{Fault, durable};

enum BankError {
    Said(String),
    Fault(Fault),
}

impl From<Fault> for BankError {
    fn from(fault: Fault) -> Self {
        BankError::Fault(fault)
    }
}

impl BankError {
    fn told(words: &str) -> Self {
        BankError::Said(words.to_owned())
    }
}

#[durable(error = BankError::told)]
async fn pay() -> Result<u32, BankError> {
    Ok(1)
}

fn main() {}
