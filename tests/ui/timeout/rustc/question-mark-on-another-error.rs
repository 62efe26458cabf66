use reliable::{Fault, timeout};

#[derive(Debug, thiserror::Error)]
enum WeatherError {
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[timeout(secs = 1)]
async fn forecast(days: &str) -> Result<u32, WeatherError> {
    let days: u32 = days.parse()?;
    Ok(days)
}

fn main() {}
