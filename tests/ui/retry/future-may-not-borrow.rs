use std::pin::Pin;

use reliable::{Fault, retry};

#[retry(max = 3)]
fn forecast(city: &str) -> Pin<Box<dyn Future<Output = Result<String, Fault>> + Send>> {
    let city = city.to_uppercase();
    Box::pin(async move { Ok(city) })
}

fn main() {}
