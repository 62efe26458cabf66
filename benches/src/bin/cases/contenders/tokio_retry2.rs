//! tokio-retry2: the retry of an action, which says itself what is transient.

use std::hint::black_box;
use std::time::Duration;

use tokio_retry2::strategy::{ExponentialFactorBackoff, jitter};
use tokio_retry2::{Retry, RetryError};

use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, consuming_tool, large_tool, reading_tool, text, tool};

pub fn add_to(rows: &mut Rows) {
    rows.add(Case::Retry, || retried(black_box(1)))
        .add(Case::Borrowed, || borrowing(text()))
        .add(Case::Cloned, || cloning(text()))
        .add(Case::RetryLarge, || retried_and_large(black_box(1)));
}

fn strategy() -> impl Iterator<Item = Duration> {
    ExponentialFactorBackoff::from_millis(500, 2.0).map(jitter).take(3)
}

fn classified(error: Error) -> RetryError<Error> {
    match error {
        Error::Busy => RetryError::transient(error),
        _ => RetryError::permanent(error),
    }
}

async fn retried(n: u64) -> Result<u64, Error> {
    Retry::spawn(strategy(), || async { tool(n).await.map_err(classified) }).await
}

async fn borrowing(text: String) -> Result<usize, Error> {
    Retry::spawn(strategy(), || async { reading_tool(&text).await.map_err(classified) }).await
}

async fn cloning(text: String) -> Result<usize, Error> {
    Retry::spawn(strategy(), || async { consuming_tool(text.clone()).await.map_err(classified) }).await
}

async fn retried_and_large(n: u64) -> Result<u64, Error> {
    Retry::spawn(strategy(), || async { large_tool(n).await.map_err(classified) }).await
}
