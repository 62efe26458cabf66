use reliable::{Fault, fallback};

#[fallback(Ok(String::new()), when_ok = |value: &String| value.is_empty())]
async fn ask(prompt: &str) -> Result<String, Fault> {
    Ok(prompt.to_owned())
}

fn main() {}
