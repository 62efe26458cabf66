//! The tool itself, with nothing around it.

use std::hint::black_box;

use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, Telling, consuming_tool, large_tool, reading_tool, text, tool, waiting_tool};

pub fn add_to(rows: &mut Rows) {
    let ready = [
        Case::Retry,
        Case::TimeoutReady,
        Case::CircuitBreaker,
        Case::Bulkhead,
        Case::RateLimit,
        Case::Fallback,
        Case::Approval,
        Case::Stack,
    ];
    for case in ready {
        rows.add(case, || tool::<Error>(black_box(1)));
    }
    rows.add(Case::TimeoutPending, || waiting_tool::<Error>(black_box(1)))
        .add(Case::Telling, || tool::<Telling>(black_box(1)))
        .add(Case::Borrowed, || {
            let text = text();
            async move { reading_tool::<Error>(&text).await }
        })
        .add(Case::Cloned, || consuming_tool::<Error>(text()))
        .add(Case::RetryLarge, || large_tool::<Error>(black_box(1)))
        .add(Case::TimeoutLarge, || large_tool::<Error>(black_box(1)));
}
