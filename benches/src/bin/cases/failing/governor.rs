//! governor: its direct rate limiter, with nothing left; by its own clock, which is no runtime's, and by tokio's, which can be
//! paused.

use std::hint::black_box;
use std::ops::Add;
use std::sync::LazyLock;
use std::time::Duration;

use governor::clock::{Clock, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::time::Instant;

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

pub fn add_by_tokios_clock_to(rows: &mut Rows) {
    rows.add_failing(Case::Exhausted, || exhausted_by_tokios_clock(black_box(1)));
}

type ByTokiosClock = RateLimiter<NotKeyed, InMemoryState, TokiosClock, NoOpMiddleware<Moment>>;

static BY_TOKIOS_CLOCK: LazyLock<ByTokiosClock> = LazyLock::new(|| {
    RateLimiter::direct_with_clock(Quota::with_period(LONG).expect("an hour is not zero"), TokiosClock)
});

async fn exhausted_by_tokios_clock(n: u64) -> Result<u64, Error> {
    BY_TOKIOS_CLOCK.check().map_err(|_| Error::NoRoom)?;
    tool(n).await
}

#[derive(Debug, Clone)]
struct TokiosClock;

impl Clock for TokiosClock {
    type Instant = Moment;

    fn now(&self) -> Moment {
        Moment(Instant::now())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Moment(Instant);

impl Reference for Moment {
    fn duration_since(&self, earlier: Moment) -> Nanos {
        self.0.duration_since(earlier.0).into()
    }

    fn saturating_sub(&self, duration: Nanos) -> Moment {
        Moment(self.0.checked_sub(duration.into()).unwrap_or(self.0))
    }
}

impl Add<Nanos> for Moment {
    type Output = Moment;

    fn add(self, duration: Nanos) -> Moment {
        Moment(self.0 + Duration::from(duration))
    }
}
