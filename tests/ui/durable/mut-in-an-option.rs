use reliable::{Fault, durable};

#[durable]
async fn pay(log: Option<&mut Vec<u32>>) -> Result<u32, Fault> {
    if let Some(log) = log {
        log.push(1);
    }
    Ok(1)
}

fn main() {}
