use reliable::{Fault, fallback};

#[fallback(offline)]
async fn forecast(city: &str) -> Result<u32, Fault> {
    Err(Fault::Denied { tool: "forecast".into(), reason: String::new() })
}

async fn offline(_: u32) -> Result<u32, Fault> {
    Ok(0)
}

fn main() {}
