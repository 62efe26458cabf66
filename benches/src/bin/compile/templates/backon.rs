//! The retry of `backon` as an attribute.

use std::time::Duration;

fn pauses() -> backon::ExponentialBuilder {
    backon::ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(500))
        .with_max_delay(Duration::from_secs(8))
        .with_max_times(3)
        .with_jitter()
}

// Each function:
pub async fn f0(n: u64) -> Result<u64, Error> {
    tool(0, n).await
}
