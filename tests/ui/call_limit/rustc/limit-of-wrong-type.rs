use reliable::{Fault, call_limit};

static LIMIT: u32 = 5;

#[call_limit(LIMIT)]
async fn search() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
