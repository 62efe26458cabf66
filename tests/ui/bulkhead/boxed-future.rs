use reliable::{Fault, bulkhead};

#[bulkhead(max = 4)]
fn forecast() -> std::pin::Pin<Box<dyn Future<Output = Result<u32, Fault>> + Send>> {
    Box::pin(async { Ok(21) })
}

fn main() {}
