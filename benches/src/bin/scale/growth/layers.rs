//! One to eight layers of a tower: a timeout, a retry, a concurrency limit, and then more limits and timeouts in turn.
//!
//! A second retry would be made up, and would cost a clone of all that is below it.

use std::time::Duration;

use tower::limit::ConcurrencyLimitLayer;
use tower::retry::{Policy, RetryLayer};
use tower::timeout::TimeoutLayer;
use tower::{BoxError, Layer, Service, ServiceExt, service_fn};

use super::Rows;
use crate::tool::{Error, tool};

pub fn add_to(rows: &mut Rows) {
    let (limit, timeout, retry) = (ConcurrencyLimitLayer::new(16), TimeoutLayer::new(LIMIT), RetryLayer::new(Again(3)));
    let one = timeout.layer(service_fn(tool));
    let two = retry.layer(one.clone());
    let three = limit.layer(two.clone());
    let four = timeout.layer(three.clone());
    let five = limit.layer(four.clone());
    let six = timeout.layer(five.clone());
    let seven = limit.layer(six.clone());
    let eight = timeout.layer(seven.clone());
    add(rows, "timeout", one);
    add(rows, "retry", two);
    add(rows, "concurrency limit", three);
    add(rows, "timeout", four);
    add(rows, "concurrency limit", five);
    add(rows, "timeout", six);
    add(rows, "concurrency limit", seven);
    add(rows, "timeout", eight);
}

const LIMIT: Duration = Duration::from_secs(2);

fn add<S>(rows: &mut Rows, adds: &'static str, mut service: S)
where
    S: Service<u64, Response = u64, Error = BoxError> + 'static,
{
    rows.add("tower", adds, async move |n| call(&mut service, n).await.map_err(|_| Error::Busy));
}

async fn call(service: &mut impl Service<u64, Response = u64, Error = BoxError>, n: u64) -> Result<u64, BoxError> {
    service.ready().await?.call(n).await
}

#[derive(Clone)]
struct Again(u32);

impl Policy<u64, u64, BoxError> for Again {
    type Future = std::future::Ready<()>;

    fn retry(&mut self, _: &mut u64, outcome: &mut Result<u64, BoxError>) -> Option<Self::Future> {
        if outcome.is_ok() || self.0 == 0 {
            return None;
        }
        self.0 -= 1;
        Some(std::future::ready(()))
    }

    fn clone_request(&mut self, n: &u64) -> Option<u64> {
        Some(*n)
    }
}
