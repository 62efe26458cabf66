use reliable::{Fault, retry};

#[retry(max = 3, stream)]
async fn ask(prompt: &str) -> Result<String, Fault> {
    Ok(prompt.to_owned())
}

fn main() {}
