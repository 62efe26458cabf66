//! tower: a service built once, and a clone of it for each call.

use std::hint::black_box;
use std::time::Duration;

use tower::retry::Policy;
use tower::retry::backoff::{Backoff, ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff};
use tower::util::rng::HasherRng;
use tower::{Service, ServiceBuilder, ServiceExt};

use crate::case::Case;
use crate::row::Rows;
use crate::tool::{Error, consuming_tool, large_tool, reading_tool, text, tool, waiting_tool};

const LIMIT: Duration = Duration::from_secs(2);

/// Its rate limiter is left out: that service is no `Clone`, and only a buffer with a task of its own shares it.
pub fn add_to(rows: &mut Rows) {
    let n = || black_box(1);
    let reading = async |text: String| reading_tool::<Error>(&text).await;
    let retry = ServiceBuilder::new().retry(RetryBusy::new());
    add_service(rows, Case::Retry, retry.clone().service_fn(tool::<Error>), n);
    add_service(rows, Case::Borrowed, retry.clone().service_fn(reading), text);
    add_service(rows, Case::Cloned, retry.clone().service_fn(consuming_tool::<Error>), text);
    add_service(rows, Case::RetryLarge, retry.service_fn(large_tool::<Error>), n);
    let timeout = ServiceBuilder::new().timeout(LIMIT);
    add_service(rows, Case::TimeoutReady, timeout.clone().service_fn(tool::<Error>), n);
    add_service(rows, Case::TimeoutPending, timeout.clone().service_fn(waiting_tool::<Error>), n);
    add_service(rows, Case::TimeoutLarge, timeout.service_fn(large_tool::<Error>), n);
    let bulkhead = ServiceBuilder::new().concurrency_limit(16);
    add_service(rows, Case::Bulkhead, bulkhead.service_fn(tool::<Error>), n);
}

pub fn add_service<S, A>(rows: &mut Rows, case: Case, service: S, argument: impl Fn() -> A + 'static)
where
    S: Service<A> + Clone + 'static,
    A: 'static,
{
    rows.add(case, move || service.clone().oneshot(argument()));
}

#[derive(Clone)]
struct RetryBusy {
    left: u32,
    backoff: ExponentialBackoff,
}

impl RetryBusy {
    fn new() -> RetryBusy {
        let (least, most) = (Duration::from_millis(500), Duration::from_secs(30));
        let backoff = ExponentialBackoffMaker::new(least, most, 1.0, HasherRng::default());
        RetryBusy { left: 3, backoff: backoff.expect("the least is below the most").make_backoff() }
    }
}

impl<A: Clone, T> Policy<A, T, Error> for RetryBusy {
    type Future = <ExponentialBackoff as Backoff>::Future;

    fn retry(&mut self, _: &mut A, outcome: &mut Result<T, Error>) -> Option<Self::Future> {
        let Err(Error::Busy) = outcome else { return None };
        self.left = self.left.checked_sub(1)?;
        Some(self.backoff.next_backoff())
    }

    fn clone_request(&mut self, argument: &A) -> Option<A> {
        Some(argument.clone())
    }
}
