//! Tokio's timer, or that of a flow: made when it is first needed, and where it stays, for it is large to move.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop::{has_budget_remaining, unconstrained};
use tokio::time::{Instant, Sleep};

use crate::base::flow_time::{Asleep, FlowTime, Whose, flow};
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

pin_project! {
    /// What one of the attributes waits for: in the flow of a durable run a wait that is recorded, or it would be over in one
    /// life and not in the next.
    #[project = Timers]
    #[project_ref = TimersRef]
    #[derive(Debug)]
    pub(crate) enum Timer {
        Tokio { #[pin] sleep: Sleep },
        Recorded { sleep: Pin<Box<dyn Asleep>>, began: Instant },
    }
}

impl Timer {
    /// # Panics
    /// As [`sleep`].
    pub(crate) fn new(whose: Whose, time: Duration) -> Self {
        match flow() {
            None => Timer::Tokio { sleep: sleep(time) },
            Some(flow) => Timer::recorded(&flow, whose, time),
        }
    }

    #[cold]
    fn recorded(flow: &Arc<dyn FlowTime>, whose: Whose, time: Duration) -> Self {
        Timer::Recorded { sleep: Arc::clone(flow).sleep(whose, time), began: Instant::now() }
    }

    pub(crate) fn is_recorded(&self) -> bool {
        matches!(self, Timer::Recorded { .. })
    }

    /// It ends so much later.
    pub(crate) fn put_off(self: Pin<&mut Self>, by: Duration) {
        match self.project() {
            Timers::Tokio { sleep } => {
                let later = sleep.deadline().checked_add(by).unwrap_or(sleep.deadline());
                sleep.reset(later);
            }
            Timers::Recorded { sleep, .. } => sleep.as_mut().put_off(by),
        }
    }

    /// When it was made, in this life, if it waits for so long.
    pub(crate) fn began(self: Pin<&Self>, time: Duration) -> Option<Instant> {
        match self.project_ref() {
            TimersRef::Tokio { sleep } => sleep.deadline().checked_sub(time),
            TimersRef::Recorded { began, .. } => Some(*began),
        }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project() {
            Timers::Tokio { sleep } => sleep.poll(cx),
            Timers::Recorded { sleep, .. } => sleep.as_mut().poll(cx),
        }
    }
}

/// Ready when so much time has passed since this was first asked, unless it `stands_still`.
pub(crate) fn poll_timer(
    mut timer: Pin<&mut Option<Timer>>,
    whose: Whose,
    after: Duration,
    stands_still: bool,
    cx: &mut Context<'_>,
) -> Poll<()> {
    if timer.is_none() {
        make(timer.as_mut(), whose, after);
    }
    let Some(timer) = timer.as_pin_mut().filter(|_| !stands_still) else {
        return Poll::Pending;
    };
    if has_budget_remaining() {
        return timer.poll(cx);
    }
    // A call that always uses up tokio's cooperative budget must not keep the limit from firing.
    pin!(unconstrained(timer)).poll(cx)
}

fn make(mut timer: Pin<&mut Option<Timer>>, whose: Whose, after: Duration) {
    match flow() {
        // Where it stays: it is large to move.
        None => {
            if caught(|| timer.set(Some(Timer::Tokio { sleep: tokio::time::sleep(after) }))).is_err() {
                no_timer();
            }
        }
        Some(flow) => timer.set(Some(Timer::recorded(&flow, whose, after))),
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
