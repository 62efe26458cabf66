use reliable::{Fault, timeout};

#[timeout(deadline = "2s")]
async fn ask(prompt: &str) -> Result<String, Fault> {
    Ok(prompt.to_owned())
}

fn main() {}
