use reliable::{Fault, durable};

async fn charge() -> Result<String, Fault> {
    Ok("42".to_owned())
}

#[durable]
async fn pay() -> Result<u32, Fault> {
    charge().await
}

fn main() {}
