//! tokio's own timeout, and its clock: whoever knows whether a breaker is open has looked at one.

use std::hint::black_box;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, hanging_tool};

pub fn add_to(rows: &mut Rows) {
    rows.add_failing(Case::TimedOut, || async {
        let outcome = timeout(Duration::from_millis(1), hanging_tool::<Error>(black_box(1))).await;
        outcome.unwrap_or(Err(Error::TimedOut))
    });
}

pub fn add_clock_to(rows: &mut Rows) {
    rows.add_failing(Case::Open, || async {
        black_box(Instant::now());
        Err::<u64, _>(Error::Open)
    });
}
