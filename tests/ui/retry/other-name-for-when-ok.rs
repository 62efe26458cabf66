use reliable::{Fault, retry};

#[retry(retry_if_ok = String::is_empty)]
async fn ask(prompt: &str) -> Result<String, Fault> {
    Ok(prompt.to_owned())
}

fn main() {}
