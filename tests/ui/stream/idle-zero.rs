use futures_util::stream::BoxStream;
use reliable::{Fault, timeout};

type Answer = Result<BoxStream<'static, Result<String, Fault>>, Fault>;

#[timeout(secs = 20, idle = "0s", stream)]
async fn ask(_prompt: &str) -> Answer {
    unimplemented!()
}

fn main() {}
