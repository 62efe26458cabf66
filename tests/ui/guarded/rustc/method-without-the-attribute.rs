use reliable::{Fault, guarded, requires_approval};

struct Bank;

impl Bank {
    #[requires_approval(guarded)]
    pub async fn refund(&self) -> Result<(), Fault> {
        Ok(())
    }

    pub async fn transfer(&self) -> Result<(), Fault> {
        Ok(())
    }
}

guarded!(Bank::refund, Bank::transfer);

fn main() {}
