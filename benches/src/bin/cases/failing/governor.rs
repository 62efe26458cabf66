//! governor: its direct rate limiter, with nothing left.

use std::hint::black_box;
use std::sync::LazyLock;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use super::LONG;
use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, tool};

pub fn add_to(rows: &mut Rows) {
    rows.add_failing(Case::Exhausted, || exhausted(black_box(1)));
}

static LIMITER: LazyLock<DefaultDirectRateLimiter> =
    LazyLock::new(|| RateLimiter::direct(Quota::with_period(LONG).expect("an hour is not zero")));

async fn exhausted(n: u64) -> Result<u64, Error> {
    LIMITER.check().map_err(|_| Error::NoRoom)?;
    tool(n).await
}
