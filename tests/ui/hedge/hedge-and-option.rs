use std::time::Duration;

use reliable::{Fault, Hedge, hedge};

const HEDGE: Hedge = Hedge::after(Duration::from_millis(200));

#[hedge(HEDGE, max = 2)]
async fn forecast() -> Result<u32, Fault> {
    Ok(21)
}

fn main() {}
