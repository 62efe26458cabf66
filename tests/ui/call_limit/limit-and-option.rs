use reliable::{CallLimit, Fault, call_limit};

static LIMIT: CallLimit = CallLimit::max(5);

#[call_limit(LIMIT, max = 5)]
async fn search() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
