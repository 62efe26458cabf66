use reliable::timeout;

enum WeatherError {
    Busy,
}

#[timeout(secs = 1)]
async fn forecast() -> Result<u32, WeatherError> {
    Err(WeatherError::Busy)
}

fn main() {}
