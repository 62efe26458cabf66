use reliable::{call_limit};

#[derive(Debug)]
struct MyError;

#[call_limit(max = 5)]
async fn search() -> Result<u32, MyError> {
    Ok(21)
}

fn main() {}
