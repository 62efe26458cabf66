use futures_util::stream::Iter;
use reliable::{Fault, retry};

#[retry(max = 3, stream)]
async fn ask(_prompt: &str) -> Result<Iter<std::vec::IntoIter<Result<String, Fault>>>, Fault> {
    unimplemented!()
}

fn main() {}
