use reliable::timeout;

enum WeatherError {
    Busy,
}

type Weather = Result<u32, WeatherError>;

#[timeout(secs = 1)]
async fn forecast() -> Weather {
    Err(WeatherError::Busy)
}

fn main() {}
