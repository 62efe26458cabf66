use reliable::{Fault, circuit_breaker};

#[circuit_breaker(failures = 3, predicate = matches!(error, Fault::TimedOut { .. }))]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
