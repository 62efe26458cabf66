use reliable::{Fault, fallback};

#[fallback("no forecast today")]
async fn forecast(city: String) -> Result<String, Fault> {
    Ok(city)
}

fn main() {}
