use futures_util::stream::BoxStream;
use reliable::{Fault, retry};

#[retry(max = 3, stream)]
async fn ask(_prompt: &str) -> Result<BoxStream<'static, String>, Fault> {
    unimplemented!()
}

fn main() {}
