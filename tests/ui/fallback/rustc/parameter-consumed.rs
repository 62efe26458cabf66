use reliable::{Fault, fallback};

#[fallback(offline)]
async fn send(body: String) -> Result<usize, Fault> {
    Ok(body.into_bytes().len())
}

async fn offline(body: String) -> Result<usize, Fault> {
    Ok(body.len())
}

fn main() {}
