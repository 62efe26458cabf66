//! Bulkheads with room for all, and rate limits that nobody reaches.

use reliable::{Bulkhead, RateLimit, bulkhead, rate_limit};
use tokio::sync::Semaphore;

use super::{Rows, shared};
use crate::tool::{Error, tool};

const BULKHEAD: &str = "bulkhead";
pub const RATE_LIMIT: &str = "rate limit";
const PLACES: u32 = 16;
const RATE: u32 = 1_000_000;

pub fn add_to(rows: &mut Rows) {
    let places = || shared(Bulkhead::new().max(PLACES));
    rows.add(BULKHEAD, "reliable", places, |bulkhead| async |n| contained(bulkhead, n).await);
    let places = || shared(Semaphore::new(PLACES as usize));
    rows.add(BULKHEAD, "tokio semaphore", places, |semaphore| {
        async |n| {
            let _permit = semaphore.acquire().await.expect("nobody closes it");
            tool(n).await
        }
    });
    #[cfg(feature = "tower")]
    tower(rows);
    let rate = || shared(RateLimit::per_second(RATE).burst(RATE));
    rows.add(RATE_LIMIT, "reliable", rate, |limit| async |n| throttled(limit, n).await);
    #[cfg(feature = "governor")]
    governor(rows);
}

#[bulkhead(bulkhead)]
async fn contained(bulkhead: &Bulkhead, n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[rate_limit(limit)]
async fn throttled(limit: &RateLimit, n: u64) -> Result<u64, Error> {
    tool(n).await
}

#[cfg(feature = "tower")]
fn tower(rows: &mut Rows) {
    use tower::limit::ConcurrencyLimit;
    use tower::{Service, ServiceExt, service_fn};

    let places = || ConcurrencyLimit::new(service_fn(tool), PLACES as usize);
    rows.add(BULKHEAD, "tower", places, |mut service| async move |n| service.ready().await?.call(n).await);
}

#[cfg(feature = "governor")]
fn governor(rows: &mut Rows) {
    use governor::{Quota, RateLimiter};

    let rate = std::num::NonZeroU32::new(RATE).expect("it is not zero");
    let limit = move || shared(RateLimiter::direct(Quota::per_second(rate).allow_burst(rate)));
    rows.add(RATE_LIMIT, "governor", limit, |limit| {
        async |n| {
            limit.until_ready().await;
            tool(n).await
        }
    });
}
