use reliable::{Fault, hedge};

#[hedge("200ms")]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
