use futures_util::stream::BoxStream;
use reliable::{Fault, retry, timeout};

type Answer = Result<BoxStream<'static, Result<String, Fault>>, Fault>;

fn has_text(item: &String) -> bool {
    !item.is_empty()
}

#[retry(max = 3, stream)]
#[timeout(secs = 20, stream = has_text)]
async fn ask(_prompt: &str) -> Answer {
    unimplemented!()
}

fn main() {}
