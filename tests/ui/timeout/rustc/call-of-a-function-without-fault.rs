use reliable::timeout;

enum WeatherError {
    Busy,
}

async fn fetch() -> Result<u32, WeatherError> {
    Err(WeatherError::Busy)
}

#[timeout(secs = 1)]
async fn forecast() -> Result<u32, WeatherError> {
    fetch().await
}

fn main() {}
