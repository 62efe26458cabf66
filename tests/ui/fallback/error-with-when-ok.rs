use reliable::{Fault, fallback};

#[fallback(Err(error), when_ok = value.is_empty())]
async fn ask(prompt: &str) -> Result<String, Fault> {
    Ok(prompt.to_owned())
}

fn main() {}
