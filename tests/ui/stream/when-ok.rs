use futures_util::stream::BoxStream;
use reliable::{Fault, retry, timeout};

type Answer = Result<BoxStream<'static, Result<String, Fault>>, Fault>;

#[retry(max = 3, when_ok = value.is_terminated())]
#[timeout(secs = 20, stream)]
async fn ask(_prompt: &str) -> Answer {
    unimplemented!()
}

fn main() {}
