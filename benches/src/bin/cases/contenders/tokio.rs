//! tokio's own timeout.

use std::hint::black_box;
use std::time::Duration;

use tokio::time::timeout;

use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, large_tool, tool, waiting_tool};

const LIMIT: Duration = Duration::from_secs(2);

pub fn add_to(rows: &mut Rows) {
    rows.add(Case::TimeoutReady, || timeout(LIMIT, tool::<Error>(black_box(1))))
        .add(Case::TimeoutPending, || timeout(LIMIT, waiting_tool::<Error>(black_box(1))))
        .add(Case::TimeoutLarge, || timeout(LIMIT, large_tool::<Error>(black_box(1))));
}
