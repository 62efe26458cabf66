//! failsafe: its circuit breaker for futures.

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::Duration;

use failsafe::backoff::{self, Constant};
use failsafe::failure_policy::{self, ConsecutiveFailures};
use failsafe::futures::CircuitBreaker;
use failsafe::{Config, StateMachine};

use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, tool};

pub fn add_to(rows: &mut Rows) {
    rows.add(Case::CircuitBreaker, || guarded(black_box(1)));
}

static BREAKER: LazyLock<StateMachine<ConsecutiveFailures<Constant>, ()>> = LazyLock::new(|| {
    let cooldown = backoff::constant(Duration::from_secs(30));
    Config::new().failure_policy(failure_policy::consecutive_failures(5, cooldown)).build()
});

async fn guarded(n: u64) -> Result<u64, failsafe::Error<Error>> {
    BREAKER.call(tool(n)).await
}
