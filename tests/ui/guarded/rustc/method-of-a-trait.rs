use reliable::{Fault, guarded, requires_approval};

struct Bank;

trait Shop {
    async fn order(&self) -> Result<(), Fault>;
}

impl Shop for Bank {
    #[requires_approval]
    async fn order(&self) -> Result<(), Fault> {
        Ok(())
    }
}

guarded!(Bank::order);

fn main() {}
