//! execution-policy: a policy built once, which runs a closure that fails.

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::Duration;

use execution_policy::{CircuitBreaker, DefaultCore, ExecutionError, ExecutionPolicy, ExecutionPolicyBuilder, Retry};

use super::LONG;
use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, dead_tool, flaky_tool, hanging_tool};

pub fn add_to(rows: &mut Rows) {
    rows.add_failing(Case::FailedOnce, || failed_once(black_box(1)))
        .add_failing(Case::FailedAlways, || failed_always(black_box(1)))
        .add_failing(Case::Open, || open(black_box(1)))
        .add_failing(Case::TimedOut, || timed_out(black_box(1)));
}

type Policy = LazyLock<ExecutionPolicy<DefaultCore, u64, Error>>;
type Outcome = Result<u64, ExecutionError<Error>>;

static RETRY: Policy = LazyLock::new(|| {
    let retry = Retry::fixed(Duration::ZERO).max_attempts(4).when(|error| matches!(error, Error::Busy));
    ExecutionPolicyBuilder::new().retry(retry).build()
});
static BREAKER: Policy = LazyLock::new(|| {
    let breaker = CircuitBreaker::consecutive_failures(5).open_for(LONG);
    ExecutionPolicyBuilder::new().circuit_breaker(breaker).build()
});
static TIMEOUT: Policy =
    LazyLock::new(|| ExecutionPolicyBuilder::new().attempt_timeout(Duration::from_millis(1)).build());

async fn failed_once(n: u64) -> Outcome {
    RETRY.run(async || flaky_tool(n).await).await
}

async fn failed_always(n: u64) -> Outcome {
    RETRY.run(async || dead_tool(n).await).await
}

async fn open(n: u64) -> Outcome {
    BREAKER.run(async || dead_tool(n).await).await
}

async fn timed_out(n: u64) -> Outcome {
    TIMEOUT.run(async || hanging_tool(n).await).await
}
