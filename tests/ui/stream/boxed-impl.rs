use std::pin::Pin;

use futures_util::Stream;
use futures_util::stream;
use reliable::{Fault, retry};

#[retry(max = 3, stream)]
async fn ask(_prompt: &str) -> Result<Pin<Box<impl Stream<Item = Result<String, Fault>>>>, Fault> {
    Ok(Box::pin(stream::empty()))
}

fn main() {}
