use reliable::{Fault, fallback};

#[fallback(Ok(format!("none: {error}")), when_ok = value.is_empty())]
async fn ask(prompt: &str) -> Result<String, Fault> {
    Ok(prompt.to_owned())
}

fn main() {}
