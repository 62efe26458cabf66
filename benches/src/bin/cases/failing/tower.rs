//! tower: a retry without a pause, a limit that sheds its load, a timeout.

use std::future::{Ready, ready};
use std::hint::black_box;
use std::time::Duration;

use tower::retry::Policy;
use tower::{Service, ServiceBuilder, ServiceExt};

use crate::case::Case;
use crate::failing::add_service;
use crate::row::Rows;
use crate::tool::{Error, dead_tool, flaky_tool, hanging_tool, tool};

pub fn add_to(rows: &mut Rows) {
    let n = || black_box(1);
    let retry = ServiceBuilder::new().retry(AtOnce { left: 3 });
    add_service(rows, Case::FailedOnce, retry.clone().service_fn(flaky_tool::<Error>), n);
    add_service(rows, Case::FailedAlways, retry.service_fn(dead_tool::<Error>), n);
    let timeout = ServiceBuilder::new().timeout(Duration::from_millis(1));
    add_service(rows, Case::TimedOut, timeout.service_fn(hanging_tool::<Error>), n);
    let full = ServiceBuilder::new().load_shed().concurrency_limit(1).service_fn(tool::<Error>);
    // Whoever is ready has a place, and keeps it until the call.
    let mut holder = full.clone();
    let _ready = holder.poll_ready(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    std::mem::forget(holder);
    rows.add_failing(Case::Full, move || full.clone().oneshot(n()));
}

#[derive(Clone)]
struct AtOnce {
    left: u32,
}

impl<A: Clone, T> Policy<A, T, Error> for AtOnce {
    type Future = Ready<()>;

    fn retry(&mut self, _: &mut A, outcome: &mut Result<T, Error>) -> Option<Ready<()>> {
        let Err(Error::Busy) = outcome else { return None };
        self.left = self.left.checked_sub(1)?;
        Some(ready(()))
    }

    fn clone_request(&mut self, argument: &A) -> Option<A> {
        Some(argument.clone())
    }
}
