use futures_util::stream::BoxStream;
use reliable::{Fault, timeout};

struct Cut;

impl From<Cut> for Fault {
    fn from(_: Cut) -> Fault {
        unimplemented!()
    }
}

#[timeout(secs = 20, idle = "5s", stream)]
async fn ask(_prompt: &str) -> Result<BoxStream<'static, Result<String, Cut>>, Fault> {
    unimplemented!()
}

fn main() {}
