use reliable::{Fault, fallback, requires_approval};

#[fallback(Ok(body.len()), when = true)]
#[requires_approval(edit(body))]
async fn send(body: String) -> Result<usize, Fault> {
    Ok(body.len())
}

fn main() {}
