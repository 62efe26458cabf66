use reliable::{Fault, fallback};

#[fallback(async |city| offline(city).await)]
async fn forecast(city: String) -> Result<String, Fault> {
    Ok(city)
}

fn main() {}
