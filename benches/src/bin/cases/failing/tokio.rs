//! tokio's own timeout.

use std::hint::black_box;
use std::time::Duration;

use tokio::time::timeout;

use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, hanging_tool};

pub fn add_to(rows: &mut Rows) {
    rows.add(Case::TimedOut, || async {
        let outcome = timeout(Duration::from_millis(1), hanging_tool::<Error>(black_box(1))).await;
        outcome.unwrap_or(Err(Error::TimedOut))
    });
}
