//! A timer that is made when it is first needed, and where it stays: it is large to move.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task::coop::{has_budget_remaining, unconstrained};
use tokio::time::Sleep;

/// Ready when so much time has passed since this was first asked.
pub(crate) fn poll_timer(mut sleep: Pin<&mut Option<Sleep>>, after: Duration, cx: &mut Context<'_>) -> Poll<()> {
    if sleep.is_none() {
        sleep.set(Some(tokio::time::sleep(after)));
    }
    let Some(sleep) = sleep.as_pin_mut() else {
        return Poll::Pending;
    };
    if has_budget_remaining() {
        return sleep.poll(cx);
    }
    // A call that always uses up tokio's cooperative budget must not keep the limit from firing.
    std::pin::pin!(unconstrained(sleep)).poll(cx)
}
