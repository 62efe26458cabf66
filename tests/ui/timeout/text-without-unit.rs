use reliable::{Fault, timeout};

#[timeout("2000")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
