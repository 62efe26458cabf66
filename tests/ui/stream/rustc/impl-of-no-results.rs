use futures_util::stream::{self, Stream};
use reliable::{Fault, retry};

#[retry(max = 3, stream)]
async fn ask(_prompt: &str) -> Result<impl Stream<Item = String>, Fault> {
    Ok(stream::empty())
}

fn main() {}
