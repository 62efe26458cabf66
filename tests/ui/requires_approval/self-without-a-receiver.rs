use reliable::{Fault, requires_approval};

#[requires_approval(redact(self))]
async fn refund(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

struct Bank;

impl Bank {
    #[requires_approval(show(self), redact(self))]
    async fn refund(&self) -> Result<(), Fault> {
        Ok(())
    }
}

fn main() {}
