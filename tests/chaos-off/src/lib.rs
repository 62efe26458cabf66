//! Without the feature `chaos`, `#[chaos]` is nothing at all.

#![cfg(test)]

use reliable::{Fault, chaos};

#[chaos(name = "weather")]
async fn marked(city: &str) -> Result<usize, Fault> {
    tokio::task::yield_now().await;
    Ok(city.len())
}

async fn plain(city: &str) -> Result<usize, Fault> {
    tokio::task::yield_now().await;
    Ok(city.len())
}

#[tokio::test]
async fn nothing_is_compiled_in() {
    assert_eq!(size_of_val(&marked("Oslo")), size_of_val(&plain("Oslo")));
    assert_eq!(marked("Oslo").await, plain("Oslo").await);
}
