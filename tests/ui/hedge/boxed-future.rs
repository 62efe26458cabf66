use reliable::{Fault, hedge};

#[hedge(after = "200ms")]
fn forecast() -> std::pin::Pin<Box<dyn Future<Output = Result<u32, Fault>> + Send>> {
    Box::pin(async { Ok(21) })
}

fn main() {}
