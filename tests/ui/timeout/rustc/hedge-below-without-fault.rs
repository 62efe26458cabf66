use reliable::{hedge, retry, timeout};

enum WeatherError {
    Busy,
}

#[retry]
#[timeout(secs = 1)]
#[hedge(after = "200ms")]
async fn forecast() -> Result<u32, WeatherError> {
    Err(WeatherError::Busy)
}

fn main() {}
