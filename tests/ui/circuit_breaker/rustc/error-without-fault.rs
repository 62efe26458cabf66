use reliable::circuit_breaker;

struct WeatherError;

#[circuit_breaker]
async fn forecast() -> Result<u32, WeatherError> {
    Err(WeatherError)
}

fn main() {}
