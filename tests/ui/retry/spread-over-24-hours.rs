use reliable::{Fault, retry};

#[retry(spread = "25h")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
