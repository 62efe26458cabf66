use reliable::{Fault, hedge};

#[hedge(after = "200ms", when = "is_busy")]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
