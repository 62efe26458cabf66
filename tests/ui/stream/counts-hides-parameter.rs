use std::pin::Pin;

use futures_util::Stream;
use reliable::{Fault, retry};

#[retry(stream = *value > 1)]
async fn ask(value: u32) -> Result<Pin<Box<dyn Stream<Item = Result<u32, Fault>> + Send>>, Fault> {
    answer(value)
}

fn answer(_: u32) -> Result<Pin<Box<dyn Stream<Item = Result<u32, Fault>> + Send>>, Fault> {
    todo!()
}

fn main() {}
