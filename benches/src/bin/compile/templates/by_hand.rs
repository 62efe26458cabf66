//! A retry as one writes it with nothing but tokio.

use std::time::Duration;

use tokio::time::sleep;

const RETRIES: u32 = 3;

fn pause(retry: u32) -> Duration {
    Duration::from_millis(500 << retry)
}

// Each function:
pub async fn f0(n: u64) -> Result<u64, Error> {
    let mut retries = 0;
    loop {
        match tool(0, n).await {
            Err(_) if retries < RETRIES => {}
            outcome => return outcome,
        }
        sleep(pause(retries)).await;
        retries += 1;
    }
}
