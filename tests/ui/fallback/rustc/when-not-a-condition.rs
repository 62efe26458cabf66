use reliable::{Fault, fallback};

#[fallback(Ok(0), when = "busy".len())]
async fn forecast(city: &str) -> Result<u32, Fault> {
    Err(Fault::Denied { tool: "forecast".into(), reason: String::new() })
}

fn main() {}
