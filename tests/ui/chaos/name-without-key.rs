use reliable::{Fault, chaos};

#[chaos("weather")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
