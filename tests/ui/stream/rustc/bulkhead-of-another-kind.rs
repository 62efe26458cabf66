use futures_util::stream::BoxStream;
use reliable::{CircuitBreaker, Fault, bulkhead};

static PLACES: CircuitBreaker = CircuitBreaker::new();

#[bulkhead(PLACES, stream)]
async fn ask(_prompt: &str) -> Result<BoxStream<'static, Result<String, Fault>>, Fault> {
    unimplemented!()
}

fn main() {}
