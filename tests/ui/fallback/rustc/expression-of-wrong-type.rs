use reliable::{Fault, fallback};

#[fallback(1 - 1)]
async fn forecast(city: &str) -> Result<u32, Fault> {
    Err(Fault::Denied { tool: "forecast".into(), reason: String::new() })
}

fn main() {}
