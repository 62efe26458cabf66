//! execution-policy: a policy built once, which runs a closure.

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::Duration;

use execution_policy::{
    CircuitBreaker, ConcurrencyLimit, DefaultCore, ExecutionError, ExecutionPolicy, ExecutionPolicyBuilder, Jitter,
    Retry,
};

use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, consuming_tool, large_tool, reading_tool, text, tool, waiting_tool};

pub fn add_to(rows: &mut Rows) {
    rows.add(Case::Retry, || retried(black_box(1)))
        .add(Case::TimeoutReady, || limited(black_box(1)))
        .add(Case::TimeoutPending, || limited_and_waiting(black_box(1)))
        .add(Case::CircuitBreaker, || guarded(black_box(1)))
        .add(Case::Bulkhead, || contained(black_box(1)))
        .add(Case::Stack, || stacked(black_box(1)))
        .add(Case::Borrowed, || borrowing(text()))
        .add(Case::Cloned, || cloning(text()))
        .add(Case::RetryLarge, || retried_and_large(black_box(1)))
        .add(Case::TimeoutLarge, || limited_and_large(black_box(1)));
}

type Policy<T> = LazyLock<ExecutionPolicy<DefaultCore, T, Error>>;
type Outcome<T> = Result<T, ExecutionError<Error>>;

const LIMIT: Duration = Duration::from_secs(2);

fn retry<T>() -> Retry<T, Error> {
    let retry = Retry::exponential().max_attempts(4).base_delay(Duration::from_millis(500));
    retry.jitter(Jitter::Full).when(|error| matches!(error, Error::Busy))
}

fn breaker() -> CircuitBreaker<Error> {
    CircuitBreaker::consecutive_failures(5).open_for(Duration::from_secs(30))
}

static RETRY: Policy<u64> = LazyLock::new(|| ExecutionPolicyBuilder::new().retry(retry()).build());
static RETRY_TEXT: Policy<usize> = LazyLock::new(|| ExecutionPolicyBuilder::new().retry(retry()).build());
static TIMEOUT: Policy<u64> = LazyLock::new(|| ExecutionPolicyBuilder::new().attempt_timeout(LIMIT).build());

async fn retried(n: u64) -> Outcome<u64> {
    RETRY.run(async || tool(n).await).await
}

async fn borrowing(text: String) -> Outcome<usize> {
    RETRY_TEXT.run(async || reading_tool(&text).await).await
}

async fn cloning(text: String) -> Outcome<usize> {
    RETRY_TEXT.run(async || consuming_tool(text.clone()).await).await
}

async fn retried_and_large(n: u64) -> Outcome<u64> {
    RETRY.run(async || large_tool(n).await).await
}

async fn limited(n: u64) -> Outcome<u64> {
    TIMEOUT.run(async || tool(n).await).await
}

async fn limited_and_waiting(n: u64) -> Outcome<u64> {
    TIMEOUT.run(async || waiting_tool(n).await).await
}

async fn limited_and_large(n: u64) -> Outcome<u64> {
    TIMEOUT.run(async || large_tool(n).await).await
}

async fn guarded(n: u64) -> Outcome<u64> {
    static POLICY: Policy<u64> = LazyLock::new(|| ExecutionPolicyBuilder::new().circuit_breaker(breaker()).build());
    POLICY.run(async || tool(n).await).await
}

async fn contained(n: u64) -> Outcome<u64> {
    static POLICY: Policy<u64> =
        LazyLock::new(|| ExecutionPolicyBuilder::new().concurrency_limit(ConcurrencyLimit::operations(16)).build());
    POLICY.run(async || tool(n).await).await
}

/// The order is the crate's: its breaker is around the retry.
async fn stacked(n: u64) -> Outcome<u64> {
    static POLICY: Policy<u64> = LazyLock::new(|| {
        ExecutionPolicyBuilder::new().retry(retry()).circuit_breaker(breaker()).attempt_timeout(LIMIT).build()
    });
    POLICY.run(async || tool(n).await).await
}
