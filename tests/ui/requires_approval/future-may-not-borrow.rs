use std::pin::Pin;

use reliable::{Fault, requires_approval};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

struct Bank;

impl Bank {
    #[requires_approval]
    fn refund(&self, amount: u32) -> BoxFuture<'static, Result<u32, Fault>> {
        let transfer = self.begin(amount);
        Box::pin(async move { Ok(transfer) })
    }

    fn begin(&self, amount: u32) -> u32 {
        amount
    }
}

fn main() {}
