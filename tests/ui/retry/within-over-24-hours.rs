use reliable::{Fault, retry};

#[retry(within = "25h")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
