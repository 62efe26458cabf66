use futures_util::stream::BoxStream;
use reliable::{Fault, timeout};

type Answer = Result<BoxStream<'static, Result<String, Fault>>, Fault>;

#[timeout(idle = "5s", deadline, stream)]
async fn ask(_prompt: &str) -> Answer {
    unimplemented!()
}

fn main() {}
