//! This library, with errors of each size.

use std::hint::black_box;
use std::time::Duration;

use reliable::{Bulkhead, CircuitBreaker, RetryBudget, approver};
use reliable::{bulkhead, circuit_breaker, fallback, hedge, rate_limit, requires_approval, retry, timeout};

use super::LONG;
use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, Large, Telling, dead_tool, flaky_tool, hanging_tool, tool};

pub fn add_to(rows: &mut Rows) {
    byte::add_to(rows, None);
    telling::add_to(rows, Some("a 48-byte error"));
    large::add_to(rows, Some("a 200-byte error"));
    string::add_to(rows, Some("a `String` as error"));
    anyhow::add_to(rows, Some("an `anyhow::Error`"));
}

/// A breaker whose one probe is under way.
fn probing(breaker: &'static CircuitBreaker) {
    use reliable::expansion::Inspect;
    let opened = breaker
        .admit("opened")
        .map(|call| call.settle("opened", Err::<(), _>("busy"), |error| Inspect::new(error).failure()));
    assert!(opened.is_ok_and(|outcome| outcome.is_err()));
    std::mem::forget(breaker.admit("probe"));
}

macro_rules! with_error {
    ($module:ident, $error:ty) => {
        mod $module {
            use super::*;

            pub fn add_to(rows: &mut Rows, error: Option<&'static str>) {
                std::mem::forget(FULL.admit_blocking("holder"));
                probing(&HALF_OPEN);
                rows.add_failing_with(Case::FailedOnce, error, || failed_once(black_box(1)))
                    .add_failing_with(Case::FailedAlways, error, || failed_always(black_box(1)))
                    .add_failing_with(Case::Open, error, || open(black_box(1)))
                    .add_failing_with(Case::HalfOpen, error, || half_open(black_box(1)))
                    .add_failing_with(Case::Full, error, || full(black_box(1)))
                    .add_failing_with(Case::Exhausted, error, || exhausted(black_box(1)))
                    .add_failing_with(Case::TimedOut, error, || timed_out(black_box(1)))
                    .add_failing_with(Case::Hedged, error, || hedged(black_box(1)))
                    .add_failing_with(Case::Answered, error, || answered(black_box(1)))
                    .add_failing_with(Case::Outage, error, || outage(black_box(1)))
                    .add_failing_with(Case::Denied, error, || denied(black_box(1)));
            }

            #[retry(max = 3, backoff = "none")]
            async fn failed_once(n: u64) -> Result<u64, $error> {
                flaky_tool(n).await
            }

            #[retry(max = 3, backoff = "none")]
            async fn failed_always(n: u64) -> Result<u64, $error> {
                dead_tool(n).await
            }

            #[circuit_breaker(failures = 5, cooldown = LONG)]
            async fn open(n: u64) -> Result<u64, $error> {
                dead_tool(n).await
            }

            static HALF_OPEN: CircuitBreaker = CircuitBreaker::new().failures(1).cooldown(Duration::ZERO);

            #[circuit_breaker(HALF_OPEN)]
            async fn half_open(n: u64) -> Result<u64, $error> {
                dead_tool(n).await
            }

            static FULL: Bulkhead = Bulkhead::new().max(1).reject();

            #[bulkhead(FULL)]
            async fn full(n: u64) -> Result<u64, $error> {
                tool(n).await
            }

            #[rate_limit(per_minute = 1, reject)]
            async fn exhausted(n: u64) -> Result<u64, $error> {
                tool(n).await
            }

            #[timeout(ms = 1)]
            async fn timed_out(n: u64) -> Result<u64, $error> {
                hanging_tool(n).await
            }

            #[hedge(after = "1ms")]
            async fn hedged(n: u64) -> Result<u64, $error> {
                hanging_tool(n).await
            }

            #[fallback(tool)]
            async fn answered(n: u64) -> Result<u64, $error> {
                dead_tool(n).await
            }

            /// Empty before the breaker opens: an error that hides what it was made of is retried until then.
            static BUDGET: RetryBudget = RetryBudget::new(1);

            #[fallback(tool)]
            #[retry(max = 3, backoff = "none", budget = BUDGET)]
            #[circuit_breaker(failures = 5, cooldown = LONG)]
            async fn outage(n: u64) -> Result<u64, $error> {
                dead_tool(n).await
            }

            #[requires_approval(by = approver::Deny)]
            async fn denied(n: u64) -> Result<u64, $error> {
                tool(n).await
            }
        }
    };
}

with_error!(byte, Error);
with_error!(telling, Telling);
with_error!(large, Large);
with_error!(string, String);
with_error!(anyhow, ::anyhow::Error);
