use reliable::{Fault, requires_approval};

struct Bank;

impl Bank {
    #[requires_approval(guarded)]
    pub async fn refund(amount: u32) -> Result<u32, Fault> {
        Ok(amount)
    }
}

fn main() {}
