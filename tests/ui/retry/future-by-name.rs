use std::pin::Pin;

use reliable::{Fault, retry};

trait Service {
    type Future;

    fn call(&self) -> Self::Future;
}

impl Service for u32 {
    type Future = Pin<Box<dyn Future<Output = Result<u32, Fault>> + Send>>;

    #[retry(max = 3)]
    fn call(&self) -> Self::Future {
        let n = *self;
        Box::pin(async move { Ok(n) })
    }
}

fn main() {}
