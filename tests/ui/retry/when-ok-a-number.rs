use reliable::{Fault, retry};

#[retry(when_ok = 3)]
async fn ask(prompt: &str) -> Result<String, Fault> {
    Ok(prompt.to_owned())
}

fn main() {}
