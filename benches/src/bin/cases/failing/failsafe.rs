//! failsafe: its circuit breaker, open. Half-open it lets every call through.

use std::hint::black_box;
use std::sync::LazyLock;

use failsafe::backoff::{self, Constant};
use failsafe::failure_policy::{self, ConsecutiveFailures};
use failsafe::futures::CircuitBreaker;
use failsafe::{Config, StateMachine};

use super::LONG;
use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, dead_tool};

pub fn add_to(rows: &mut Rows) {
    rows.add_failing(Case::Open, || open(black_box(1)));
}

static BREAKER: LazyLock<StateMachine<ConsecutiveFailures<Constant>, ()>> = LazyLock::new(|| {
    Config::new().failure_policy(failure_policy::consecutive_failures(5, backoff::constant(LONG))).build()
});

async fn open(n: u64) -> Result<u64, failsafe::Error<Error>> {
    BREAKER.call(dead_tool(n)).await
}
