//! Waiting in a plain `fn`, where there is nobody to wait for it.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use tokio::task::coop::{poll_proceed, unconstrained};

/// Blocks the thread until `future` is done; calls `waits` if it is not done at once. `None` if it is not done within the
/// `limit`, from then on.
pub(crate) fn block_on<F: Future>(future: F, limit: Option<Duration>, waits: impl FnOnce()) -> Option<F::Output> {
    // Outside tokio's cooperative budget, which nobody renews while the thread is blocked.
    let mut future = pin!(unconstrained(future));
    // What is ready at once needs no waker of its own.
    if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        return Some(output);
    }
    waits();
    // Not tokio's clock, which stands still while its thread is blocked.
    let end = limit.and_then(|limit| Instant::now().checked_add(limit));
    let waker = Arc::new(Unpark(thread::current())).into();
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        match end.map(|end| end.saturating_duration_since(Instant::now())) {
            None => thread::park(),
            Some(Duration::ZERO) => return None,
            Some(left) => thread::park_timeout(left),
        }
    }
}

/// Whether this is inside of an async task, whose thread is not to be blocked.
pub(crate) fn is_in_a_task() -> bool {
    // Nothing but its cooperative budget tells a task from what may block, such as `spawn_blocking`: there it has no end.
    const MORE_THAN_A_TASK_HAS: usize = 256;
    let mut context = Context::from_waker(Waker::noop());
    let mut taken = Vec::new();
    let mut is_limited = false;
    while taken.len() < MORE_THAN_A_TASK_HAS && !is_limited {
        match poll_proceed(&mut context) {
            Poll::Ready(unit) => taken.push(unit),
            Poll::Pending => is_limited = true,
        }
    }
    // Each gives back what it found: so the first one goes last.
    while taken.pop().is_some() {}
    is_limited
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::coop::has_budget_remaining;

    use super::*;

    #[tokio::test]
    async fn a_task_is_told_from_what_may_block() {
        assert!(is_in_a_task());
        assert!(has_budget_remaining() && is_in_a_task(), "it takes nothing from the budget");
        assert!(tokio::spawn(async { is_in_a_task() }).await.unwrap());
        assert!(!tokio::task::spawn_blocking(is_in_a_task).await.unwrap());
        assert!(!thread::spawn(is_in_a_task).join().unwrap());
    }
}
