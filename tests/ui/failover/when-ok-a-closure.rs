use reliable::{Fault, failover};

#[failover(_model in [1, 2], when_ok = |value| value.is_empty())]
async fn ask(prompt: &str) -> Result<String, Fault> {
    Ok(prompt.to_owned())
}

fn main() {}
