use reliable::{Fault, timeout};

#[timeout("2s", ms = 500)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
