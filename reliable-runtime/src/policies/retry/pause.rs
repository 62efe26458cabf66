//! The time between two attempts.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::Sleep;

use crate::base::timer;
use crate::policies::blocked;

/// A pause between two attempts: `pause.await` in an `async fn`, [`Pause::block`] in a plain one.
///
/// ```
/// use reliable::Retry;
/// use reliable::expansion::Inspect;
/// use std::time::Duration;
///
/// let retry = Retry::new().jitter(0.0);
/// let outcome: Result<u32, &str> = Err("503");
/// let settled = retry.attempts().settle("call", outcome, |error| Inspect::new(error).failure());
/// assert_eq!(settled.continue_value().unwrap().delay(), Duration::from_millis(500));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a pause does nothing unless it is awaited"]
pub struct Pause {
    delay: Duration,
}

impl Pause {
    /// A pause of this length.
    pub const fn new(delay: Duration) -> Self {
        Pause { delay }
    }

    /// How long it lasts.
    pub const fn delay(self) -> Duration {
        self.delay
    }

    /// Blocks the thread for the length of the pause.
    pub fn block(self) {
        std::thread::sleep(self.delay);
    }

    /// The same for a function, which is told of if that is the thread of an async task
    /// ([`Event::Blocked`](crate::said::event::Event::Blocked)).
    pub fn block_in(self, tool: &'static str) {
        if !self.delay.is_zero() {
            blocked::tell(tool);
        }
        self.block();
    }
}

impl IntoFuture for Pause {
    type Output = ();
    type IntoFuture = Pausing;

    #[inline]
    fn into_future(self) -> Pausing {
        Pausing { state: State::Begun { delay: self.delay } }
    }
}

pin_project! {
    /// The future of a [`Pause`], made by `pause.await`.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Pausing {
        #[pin]
        state: State,
    }
}

pin_project! {
    /// The timer is made where it stays: it is large to move.
    #[project = StateNow]
    #[derive(Debug)]
    enum State {
        Begun { delay: Duration },
        Waiting { #[pin] sleep: Sleep },
    }
}

impl Future for Pausing {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.project().state;
        loop {
            match state.as_mut().project() {
                // A timer of zero length would still wait for the timer's next tick.
                StateNow::Begun { delay } if delay.is_zero() => return Poll::Ready(()),
                StateNow::Begun { delay } => {
                    let sleep = timer::sleep(*delay);
                    state.set(State::Waiting { sleep });
                }
                StateNow::Waiting { sleep } => return sleep.poll(cx),
            }
        }
    }
}
