use reliable::{Fault, requires_approval};

#[requires_approval(edit(body))]
async fn trimmed(body: &str) -> Result<&str, Fault> {
    Ok(body.trim())
}

fn main() {}
