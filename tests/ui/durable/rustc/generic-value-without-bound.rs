use reliable::{Fault, durable};

#[durable]
async fn keep<T>(value: T) -> Result<T, Fault> {
    Ok(value)
}

fn main() {}
