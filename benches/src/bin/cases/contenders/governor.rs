//! governor: its direct rate limiter, with its own clock.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::LazyLock;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, tool};

pub fn add_to(rows: &mut Rows) {
    rows.add(Case::RateLimit, || throttled(black_box(1)));
}

/// As many calls in a burst as in a second.
static LIMITER: LazyLock<DefaultDirectRateLimiter> = LazyLock::new(|| {
    let calls = NonZeroU32::new(1_000_000).expect("a million is not zero");
    RateLimiter::direct(Quota::per_second(calls))
});

async fn throttled(n: u64) -> Result<u64, Error> {
    LIMITER.until_ready().await;
    tool(n).await
}
