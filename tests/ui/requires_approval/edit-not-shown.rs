use reliable::{Fault, requires_approval};

#[requires_approval(show(to), edit(body))]
async fn send(to: &str, body: &str) -> Result<(), Fault> {
    let _ = (to, body);
    Ok(())
}

fn main() {}
