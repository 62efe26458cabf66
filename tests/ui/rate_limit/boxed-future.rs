use reliable::{Fault, rate_limit};

#[rate_limit(per_second = 10)]
fn forecast() -> std::pin::Pin<Box<dyn Future<Output = Result<u32, Fault>> + Send>> {
    Box::pin(async { Ok(21) })
}

fn main() {}
