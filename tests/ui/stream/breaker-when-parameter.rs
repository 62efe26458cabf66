use futures_util::stream::BoxStream;
use reliable::{Fault, circuit_breaker};

type Answer = Result<BoxStream<'static, Result<String, Fault>>, Fault>;

#[circuit_breaker(failures = 5, when = !matches!(error, Fault::TimedOut { .. }) || _strict, stream)]
async fn ask(_strict: bool) -> Answer {
    unimplemented!()
}

fn main() {}
