use reliable::{retry, timeout};

struct Busy;

#[timeout(secs = 9)]
#[retry(max = 3)]
async fn forecast(city: &str) -> Result<usize, Busy> {
    Ok(city.len())
}

fn main() {}
