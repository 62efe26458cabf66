use reliable::{Fault, fallback};

#[fallback(offline)]
async fn send(body: String) -> Result<usize, Fault> {
    let sent = body;
    Ok(sent.len())
}

async fn offline(body: String) -> Result<usize, Fault> {
    Ok(body.len())
}

fn main() {}
