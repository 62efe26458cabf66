use reliable::durable::Memory;
use reliable::{Fault, durable};

#[durable(Memory::new())]
async fn pay() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
