//! What the options cost that not every call has: each beside the same call without it, which is a case of its own.

use std::hint::black_box;

use futures_util::stream::{self, BoxStream, StreamExt};
use reliable::{circuit_breaker, rate_limit, retry, timeout};

use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, tool};

pub fn add_to(rows: &mut Rows) {
    rows.contender("by hand").add(Case::Streamed, || first_of(words_by_hand(black_box(1))));
    rows.contender("reliable")
        .add(Case::WhenOk, || judged(black_box(1)))
        .add(Case::Deadline, || telling_the_time(black_box(1)))
        .add(Case::TimeWindow, || guarded_for_a_time(black_box(1)))
        .add(Case::Slow, || timed(black_box(1)))
        .add(Case::Cost, || weighed(black_box(1)))
        .add(Case::Streamed, || first_of(words(black_box(1))));
}

#[retry(max = 3, when_ok = *value == 0)]
async fn judged(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[timeout(secs = 2, deadline)]
async fn telling_the_time(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[circuit_breaker(ratio = 0.5, window = "10s")]
async fn guarded_for_a_time(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[circuit_breaker(failures = 5, slow = "2s")]
async fn timed(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[rate_limit(per_second = 1_000_000, burst = 1_000_000, cost = 2)]
async fn weighed(n: u64) -> Result<u64, Error> {
    tool(n).await
}

type Words = BoxStream<'static, Result<u64, Error>>;

async fn words_by_hand(n: u64) -> Result<Words, Error> {
    Ok(stream::iter([tool(n).await]).boxed())
}

#[retry(max = 3, stream)]
async fn words(n: u64) -> Result<Words, Error> {
    words_by_hand(n).await
}

async fn first_of(words: impl Future<Output = Result<Words, Error>>) -> Result<u64, Error> {
    words.await?.next().await.unwrap_or(Ok(0))
}
