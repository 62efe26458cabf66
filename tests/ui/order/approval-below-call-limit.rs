use reliable::{Fault, call_limit, requires_approval};

#[call_limit(max = 5)]
#[requires_approval]
async fn search() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
