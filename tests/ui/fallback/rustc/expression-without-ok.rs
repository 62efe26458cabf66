use reliable::{Fault, fallback};

#[fallback(city.len())]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Err(Fault::Denied { tool: "forecast".into(), reason: String::new() })
}

fn main() {}
