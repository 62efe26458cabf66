use reliable::{Fault, timeout};

#[timeout(500ms)]
async fn forecast() -> Result<u32, Fault> {
    Ok(1)
}

fn main() {}
