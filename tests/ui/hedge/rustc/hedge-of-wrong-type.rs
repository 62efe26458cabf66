use std::time::Duration;

use reliable::{Fault, hedge};

#[hedge(Duration::from_millis(200))]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
