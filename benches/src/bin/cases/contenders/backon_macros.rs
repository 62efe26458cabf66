//! backon-macros: backon's retry as an attribute.

use std::hint::black_box;
use std::time::Duration;

use backon::ExponentialBuilder;
use backon_macros::backon;

use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, consuming_tool, large_tool, reading_tool, text, tool};

pub fn add_to(rows: &mut Rows) {
    rows.add(Case::Retry, || retried(black_box(1)))
        .add(Case::Borrowed, || borrowing(text()))
        .add(Case::Cloned, || cloning(text()))
        .add(Case::RetryLarge, || retried_and_large(black_box(1)));
}

fn backoff() -> ExponentialBuilder {
    ExponentialBuilder::default().with_min_delay(Duration::from_millis(500)).with_max_times(3).with_jitter()
}

fn is_busy(error: &Error) -> bool {
    matches!(error, Error::Busy)
}

#[backon(backoff = backoff, when = is_busy)]
async fn retried(n: u64) -> Result<u64, Error> {
    tool(n).await
}

// Without `context` the body moves the text into the first attempt, which does not compile.
#[backon(backoff = backoff, when = is_busy, context = true)]
async fn borrowing(text: String) -> Result<usize, Error> {
    reading_tool(&text).await
}

#[backon(backoff = backoff, when = is_busy, context = true)]
async fn cloning(text: String) -> Result<usize, Error> {
    consuming_tool(text.clone()).await
}

#[backon(backoff = backoff, when = is_busy)]
async fn retried_and_large(n: u64) -> Result<u64, Error> {
    large_tool(n).await
}
