use reliable::{Fault, call_limit, durable};

#[call_limit(max = 5)]
#[durable]
async fn search() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
