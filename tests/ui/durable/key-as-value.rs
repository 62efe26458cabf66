use reliable::{Fault, durable};

#[durable("pay")]
async fn pay() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
