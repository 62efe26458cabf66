use std::pin::Pin;

use reliable::{Fault, retry};

#[retry(max = 3)]
fn forecast(city: String) -> Pin<Box<dyn Future<Output = Result<String, Fault>> + Send>> {
    let loud = city.to_uppercase();
    Box::pin(async move { Ok(loud + &city) })
}

fn main() {}
