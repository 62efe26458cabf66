use reliable::{Fault, retry};

#[retry]
async fn send(body: String) -> Result<Vec<u8>, Fault> {
    Ok(body.into_bytes())
}

fn main() {}
