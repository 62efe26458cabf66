use reliable::durable;

struct BankError(String);

#[durable(error = BankError)]
async fn pay() -> Result<u32, BankError> {
    Ok(1)
}

fn main() {}
