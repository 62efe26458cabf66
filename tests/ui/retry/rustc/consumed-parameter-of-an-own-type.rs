use reliable::{Fault, retry};

#[derive(Clone)]
struct Letter;

async fn send(_: Letter) -> Result<u32, Fault> {
    Ok(1)
}

#[retry]
async fn write(letter: Letter) -> Result<u32, Fault> {
    send(letter).await
}

fn main() {}
