//! Functions with one to eight attributes, in the order in which one would write them.

use reliable::{bulkhead, circuit_breaker, fallback, hedge, rate_limit, retry, timeout};

use super::Rows;
use crate::tool::{Error, tool};

pub fn add_to(rows: &mut Rows) {
    rows.add("reliable", "timeout", one)
        .add("reliable", "retry", two)
        .add("reliable", "circuit_breaker", three)
        .add("reliable", "fallback", four)
        .add("reliable", "bulkhead", five)
        .add("reliable", "timeout of all", six)
        .add("reliable", "hedge", seven)
        .add("reliable", "rate_limit", eight);
}

#[timeout(secs = 2)]
async fn one(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[retry(max = 3)]
#[timeout(secs = 2)]
async fn two(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[retry(max = 3)]
#[circuit_breaker(failures = 5)]
#[timeout(secs = 2)]
async fn three(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[fallback(tool)]
#[retry(max = 3)]
#[circuit_breaker(failures = 5)]
#[timeout(secs = 2)]
async fn four(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[fallback(tool)]
#[retry(max = 3)]
#[circuit_breaker(failures = 5)]
#[bulkhead(max = 16)]
#[timeout(secs = 2)]
async fn five(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[fallback(tool)]
#[timeout(secs = 20)]
#[retry(max = 3)]
#[circuit_breaker(failures = 5)]
#[bulkhead(max = 16)]
#[timeout(secs = 2)]
async fn six(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[fallback(tool)]
#[timeout(secs = 20)]
#[retry(max = 3)]
#[hedge(after = "1s")]
#[circuit_breaker(failures = 5)]
#[bulkhead(max = 16)]
#[timeout(secs = 2)]
async fn seven(n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[fallback(tool)]
#[timeout(secs = 20)]
#[retry(max = 3)]
#[hedge(after = "1s")]
#[circuit_breaker(failures = 5)]
#[bulkhead(max = 16)]
#[rate_limit(per_second = 1_000_000, burst = 1_000_000)]
#[timeout(secs = 2)]
async fn eight(n: u64) -> Result<u64, Error> {
    tool(n).await
}
