use reliable::{Fault, retry};

#[retry(base = pause)]
async fn forecast(pause: u32) -> Result<u32, Fault> {
    Ok(pause)
}

fn main() {}
