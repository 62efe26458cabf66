use reliable::{Fault, retry};

async fn post(body: String) -> Result<usize, Fault> {
    Ok(body.len())
}

#[retry]
async fn send(to: &str, body: String) -> Result<usize, Fault> {
    let sent = post(body).await?;
    Ok(sent + to.len())
}

fn main() {}
