use reliable::{Fault, fallback};

#[fallback("offline")]
async fn forecast(city: String) -> Result<String, Fault> {
    Ok(city)
}

fn main() {}
