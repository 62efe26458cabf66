use reliable::{Fault, retry};

#[retry(max = , when = true)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
