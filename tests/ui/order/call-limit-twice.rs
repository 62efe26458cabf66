use reliable::{Fault, call_limit};

#[call_limit(max = 5)]
#[call_limit(max = 3)]
async fn search() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
