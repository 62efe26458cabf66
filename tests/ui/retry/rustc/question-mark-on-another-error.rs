use reliable::{Fault, retry};

#[derive(Debug, thiserror::Error)]
enum WeatherError {
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[retry]
async fn forecast(days: &str) -> Result<u32, WeatherError> {
    let days: u32 = days.parse()?;
    Ok(days)
}

fn main() {}
