use reliable::{Fault, bulkhead};

#[bulkhead(max = 3, rejec)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
