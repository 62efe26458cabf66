use reliable::{Fault, durable};

#[durable]
fn pay() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
