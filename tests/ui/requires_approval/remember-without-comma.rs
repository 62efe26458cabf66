use reliable::{Fault, requires_approval};

#[requires_approval(remember edit(body))]
async fn send(body: &str) -> Result<(), Fault> {
    let _ = body;
    Ok(())
}

fn main() {}
