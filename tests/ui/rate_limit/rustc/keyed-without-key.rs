use reliable::{Fault, Keyed, RateLimit, rate_limit};

static LIMITS: Keyed<RateLimit> = Keyed::new(|| RateLimit::per_second(10));

#[rate_limit(LIMITS)]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
