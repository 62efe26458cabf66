//! The time between two attempts.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;

use crate::base::flow_time::Whose;
use crate::base::timer::Timer;
use crate::policies::blocked;
use crate::policies::retry::budget::UntilRetried;

/// A pause between two attempts: `pause.await` in an `async fn`, [`Pause::block`] in a plain one. Dropped before its end, it
/// gives back what the retry took from its budget.
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
#[derive(Debug)]
#[must_use = "a pause does nothing unless it is awaited"]
pub struct Pause<'a> {
    delay: Duration,
    tool: &'static str,
    paid: Option<UntilRetried<'a>>,
}

impl<'a> Pause<'a> {
    /// A pause of this length.
    #[inline]
    pub const fn new(delay: Duration) -> Self {
        Pause { delay, tool: "reliable", paid: None }
    }

    /// Before a retry of this function, which was paid for.
    #[inline]
    pub(crate) fn of(self, tool: &'static str, paid: Option<UntilRetried<'a>>) -> Self {
        Pause { tool, paid, ..self }
    }

    /// How long it lasts.
    pub const fn delay(&self) -> Duration {
        self.delay
    }

    /// Blocks the thread for the length of the pause.
    pub fn block(mut self) {
        std::thread::sleep(self.delay);
        retried(&mut self.paid);
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

/// The retry comes now: what it cost is spent.
#[inline(never)]
fn retried(paid: &mut Option<UntilRetried<'_>>) {
    if let Some(paid) = paid.take() {
        paid.spend();
    }
}

impl<'a> IntoFuture for Pause<'a> {
    type Output = ();
    type IntoFuture = Pausing<'a>;

    #[inline]
    fn into_future(self) -> Pausing<'a> {
        Pausing { state: State::Begun { delay: self.delay, tool: self.tool }, paid: self.paid }
    }
}

pin_project! {
    /// The future of a [`Pause`], made by `pause.await`.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Pausing<'a> {
        #[pin]
        state: State,
        paid: Option<UntilRetried<'a>>,
    }
}

pin_project! {
    /// The timer is made where it stays: it is large to move.
    #[project = StateNow]
    #[derive(Debug)]
    enum State {
        Begun { delay: Duration, tool: &'static str },
        Waiting { #[pin] timer: Timer },
    }
}

impl Future for Pausing<'_> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let pausing = self.project();
        ready!(pausing.state.poll(cx));
        retried(pausing.paid);
        Poll::Ready(())
    }
}

impl State {
    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.as_mut().project() {
            // A timer of zero length would still wait for the timer's next tick.
            StateNow::Begun { delay, .. } if delay.is_zero() => Poll::Ready(()),
            _ => self.wait(cx),
        }
    }

    #[inline(never)]
    fn wait(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            match self.as_mut().project() {
                StateNow::Begun { delay, tool } => {
                    let timer = Timer::new(Whose { tool, attribute: "retry" }, *delay);
                    self.set(State::Waiting { timer });
                }
                StateNow::Waiting { timer } => return timer.poll(cx),
            }
        }
    }
}
