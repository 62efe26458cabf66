use futures_util::stream::BoxStream;
use reliable::{Fault, retry};

type Answer = Result<BoxStream<'static, Result<String, Fault>>, Fault>;

#[retry(max = 3, stream = "text")]
async fn ask(_prompt: &str) -> Answer {
    unimplemented!()
}

fn main() {}
