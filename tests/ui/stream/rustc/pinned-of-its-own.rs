use futures_util::stream::Iter;
use reliable::{Fault, retry};
use std::pin::Pin;

#[retry(max = 3, stream)]
async fn ask(_prompt: &str) -> Result<Pin<Box<Iter<std::vec::IntoIter<Result<String, Fault>>>>>, Fault> {
    unimplemented!()
}

fn main() {}
