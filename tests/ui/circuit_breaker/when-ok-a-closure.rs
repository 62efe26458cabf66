use reliable::{Fault, circuit_breaker};

#[circuit_breaker(when_ok = |value| value.is_empty())]
async fn ask(prompt: &str) -> Result<String, Fault> {
    Ok(prompt.to_owned())
}

fn main() {}
