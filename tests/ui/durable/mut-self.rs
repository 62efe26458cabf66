use reliable::{Fault, durable};

struct Bank(u32);

impl Bank {
    #[durable]
    async fn pay(&mut self, amount: u32) -> Result<u32, Fault> {
        self.0 -= amount;
        Ok(self.0)
    }
}

fn main() {}
