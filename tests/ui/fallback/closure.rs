use reliable::{Fault, fallback};

#[fallback(|city| offline(city))]
async fn forecast(city: String) -> Result<String, Fault> {
    Ok(city)
}

fn main() {}
