use futures_util::stream::BoxStream;
use reliable::retry;

struct Cut;
struct AskError;

#[retry(max = 3, stream)]
async fn ask(_prompt: &str) -> Result<BoxStream<'static, Result<String, Cut>>, AskError> {
    unimplemented!()
}

fn main() {}
