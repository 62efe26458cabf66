use reliable::{failover};

#[derive(Debug)]
struct MyError;

#[failover(model in [1, 2])]
async fn ask() -> Result<u32, MyError> {
    Ok(*model)
}

fn main() {}
