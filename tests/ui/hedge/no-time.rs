use reliable::{Fault, hedge};

#[hedge]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
