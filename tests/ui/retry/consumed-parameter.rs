use reliable::{Fault, retry};

struct Letter {
    body: String,
}

#[retry]
async fn write(body: String) -> Result<Letter, Fault> {
    Ok(Letter { body })
}

fn main() {}
