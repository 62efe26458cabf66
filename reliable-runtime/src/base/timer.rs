//! Tokio's timer: made when it is first needed, and where it stays, for it is large to move.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task::coop::{has_budget_remaining, unconstrained};
use tokio::time::Sleep;

use crate::base::foreign::caught;

/// `tokio::time::sleep`, which says in our words that there is no timer.
///
/// # Panics
/// Outside of a tokio runtime, and in one without a timer.
pub(crate) fn sleep(time: Duration) -> Sleep {
    // Whether the timer is on, nothing but trying it tells.
    caught(|| tokio::time::sleep(time)).unwrap_or_else(|_| no_timer())
}

#[cold]
fn no_timer() -> ! {
    panic!(
        "`reliable` waits on tokio's timer, and there is none here: call this in a tokio runtime, such as that of `#[tokio::main]`, or one that was built with `enable_time()`"
    )
}

/// Ready when so much time has passed since this was first asked.
pub(crate) fn poll_timer(mut timer: Pin<&mut Option<Sleep>>, after: Duration, cx: &mut Context<'_>) -> Poll<()> {
    start(timer.as_mut(), after);
    let Some(timer) = timer.as_pin_mut() else {
        return Poll::Pending;
    };
    if has_budget_remaining() {
        return timer.poll(cx);
    }
    // A call that always uses up tokio's cooperative budget must not keep the limit from firing.
    pin!(unconstrained(timer)).poll(cx)
}

/// Makes the timer, if that has not been done.
#[inline]
pub(crate) fn start(timer: Pin<&mut Option<Sleep>>, after: Duration) {
    if timer.is_none() {
        make(timer, after);
    }
}

#[inline(never)]
fn make(mut timer: Pin<&mut Option<Sleep>>, after: Duration) {
    if caught(|| timer.set(Some(tokio::time::sleep(after)))).is_err() {
        no_timer();
    }
}

/// What `future` gives, if it is done in time.
pub(crate) async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    let (mut future, mut timer) = (pin!(future), pin!(sleep(limit)));
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => timer.as_mut().poll(cx).map(|()| None),
    })
    .await
}
