use reliable::{Fault, timeout};

#[timeout(deadline)]
async fn ask(prompt: &str) -> Result<String, Fault> {
    Ok(prompt.to_owned())
}

fn main() {}
