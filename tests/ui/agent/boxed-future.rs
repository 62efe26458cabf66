use std::pin::Pin;

use reliable::{Fault, Step, agent};

#[agent]
fn assistant() -> Pin<Box<dyn Future<Output = Result<Step<u32>, Fault>> + Send>> {
    Box::pin(async { Ok(Step::Done(1)) })
}

fn main() {}
