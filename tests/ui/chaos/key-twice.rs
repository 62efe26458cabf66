use reliable::{Fault, chaos};

#[chaos(name = "weather", name = "forecast")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
