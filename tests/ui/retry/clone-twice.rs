use reliable::{Fault, retry};

#[retry(clone, clone(city))]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
