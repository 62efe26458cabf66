use reliable::{Fault, timeout};

#[timeout("25h")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
