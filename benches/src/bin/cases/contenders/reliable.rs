//! This library: the attributes as a user writes them.

use std::hint::black_box;

use reliable::{approver, bulkhead, call_limit, circuit_breaker, failover, fallback, rate_limit};
use reliable::{requires_approval, retry, timeout};

use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, Telling, consuming_tool, large_tool, reading_tool, text, tool, waiting_tool};

pub fn add_to(rows: &mut Rows) {
    rows.add(Case::Retry, || retried(black_box(1)))
        .add(Case::TimeoutReady, || limited(black_box(1)))
        .add(Case::TimeoutPending, || limited_and_waiting(black_box(1)))
        .add(Case::CircuitBreaker, || guarded(black_box(1)))
        .add(Case::Bulkhead, || contained(black_box(1)))
        .add(Case::RateLimit, || throttled(black_box(1)))
        .add(Case::Fallback, || rescued(black_box(1)))
        .add(Case::Failover, || failed_over(black_box(1)))
        .add(Case::CallLimit, || counted(black_box(1)))
        .add(Case::Approval, || approved(black_box(1)))
        .add(Case::Stack, || stacked(black_box(1)))
        .add(Case::Telling, || stacked_and_telling(black_box(1)))
        .add(Case::Borrowed, || borrowing(text()))
        .add(Case::Cloned, || cloning(text()))
        .add(Case::RetryLarge, || retried_and_large(black_box(1)))
        .add(Case::TimeoutLarge, || limited_and_large(black_box(1)));
    #[cfg(feature = "durable")]
    rows.add(Case::Durable, || recorded(black_box(1)));
}

#[cfg(feature = "durable")]
#[reliable::durable]
async fn recorded(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[retry(max = 3)]
async fn retried(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[timeout(secs = 2)]
async fn limited(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[timeout(secs = 2)]
async fn limited_and_waiting(n: u64) -> Result<u64, Error> {
    waiting_tool(n).await
}

#[circuit_breaker(failures = 5)]
async fn guarded(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[bulkhead(max = 16)]
async fn contained(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[rate_limit(per_second = 1_000_000, burst = 1_000_000)]
async fn throttled(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[fallback(tool)]
async fn rescued(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[failover(model in [1, 2])]
async fn failed_over(n: u64) -> Result<u64, Error> {
    tool(n + *model).await
}

#[call_limit(max = 5)]
async fn counted(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[requires_approval(by = approver::Approve)]
async fn approved(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[retry(max = 3)]
#[circuit_breaker(failures = 5)]
#[timeout(secs = 2)]
async fn stacked(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[retry(max = 3)]
#[circuit_breaker(failures = 5)]
#[timeout(secs = 2)]
async fn stacked_and_telling(n: u64) -> Result<u64, Telling> {
    tool(n).await
}

#[retry(max = 3)]
async fn borrowing(text: String) -> Result<usize, Error> {
    reading_tool(&text).await
}

#[retry(max = 3, clone)]
async fn cloning(text: String) -> Result<usize, Error> {
    consuming_tool(text).await
}

#[retry(max = 3)]
async fn retried_and_large(n: u64) -> Result<u64, Error> {
    large_tool(n).await
}

#[timeout(secs = 2)]
async fn limited_and_large(n: u64) -> Result<u64, Error> {
    large_tool(n).await
}
