use futures_util::stream::BoxStream;
use reliable::{Fault, durable, retry};

type Answer = Result<BoxStream<'static, Result<String, Fault>>, Fault>;

#[durable]
#[retry(max = 3, stream)]
async fn ask(_prompt: &str) -> Answer {
    unimplemented!()
}

fn main() {}
