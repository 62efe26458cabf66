use reliable::{Fault, fallback};

#[fallback(path = offline)]
async fn forecast() -> Result<u32, Fault> {
    Ok(3)
}

fn main() {}
