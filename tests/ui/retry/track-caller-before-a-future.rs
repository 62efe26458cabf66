use std::panic::Location;
use std::pin::Pin;

use reliable::{Fault, retry};

#[retry(max = 3)]
#[track_caller]
fn line() -> Pin<Box<dyn Future<Output = Result<u32, Fault>> + Send>> {
    let line = Location::caller().line();
    Box::pin(async move { Ok(line) })
}

fn main() {}
