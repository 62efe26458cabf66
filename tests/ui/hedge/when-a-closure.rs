use reliable::{Fault, hedge};

#[hedge(after = "200ms", when = |error| matches!(error, Fault::TimedOut { .. }))]
async fn forecast(city: &str) -> Result<usize, Fault> {
    Ok(city.len())
}

fn main() {}
