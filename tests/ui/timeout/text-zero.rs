use reliable::{Fault, timeout};

#[timeout("0s")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
