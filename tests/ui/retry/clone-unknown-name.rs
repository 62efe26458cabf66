use reliable::{Fault, retry};

#[retry(clone(town))]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
