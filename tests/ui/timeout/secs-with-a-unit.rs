use reliable::{Fault, timeout};

#[timeout(secs = 1500ms)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
