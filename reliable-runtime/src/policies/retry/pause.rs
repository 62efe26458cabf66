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
pub struct Pause<'a>(Option<Rest<'a>>);

/// What is to be done before the next attempt, where there is anything to do. What is not there need not be moved about.
#[derive(Debug)]
struct Rest<'a> {
    delay: Duration,
    tool: &'static str,
    paid: Option<UntilRetried<'a>>,
}

impl<'a> Pause<'a> {
    /// Nothing to be done. Not a constant: of one, the room for what is not there would be copied, too.
    #[inline]
    pub(crate) const fn nothing() -> Self {
        Pause(None)
    }

    /// A pause of this length.
    #[inline]
    pub const fn new(delay: Duration) -> Self {
        Pause::before(delay, "reliable", None)
    }

    /// Before a retry of this function, which was paid for.
    #[inline]
    pub(crate) const fn before(delay: Duration, tool: &'static str, paid: Option<UntilRetried<'a>>) -> Self {
        Pause(Some(Rest { delay, tool, paid }))
    }

    /// Whether there is nothing to be done before the next attempt: then it need not be awaited.
    #[inline]
    pub const fn is_nothing(&self) -> bool {
        self.0.is_none()
    }

    /// How long it lasts.
    pub const fn delay(&self) -> Duration {
        match self.0 {
            Some(Rest { delay, .. }) => delay,
            None => Duration::ZERO,
        }
    }

    /// Blocks the thread for the length of the pause.
    pub fn block(self) {
        if let Some(Rest { delay, paid, .. }) = self.0 {
            std::thread::sleep(delay);
            retried(paid);
        }
    }

    /// The same for a function, which is told of if that is the thread of an async task
    /// ([`Event::Blocked`](crate::said::event::Event::Blocked)).
    pub fn block_in(self, tool: &'static str) {
        if !self.delay().is_zero() {
            blocked::tell(tool);
        }
        self.block();
    }
}

/// The retry comes now: what it cost is spent.
fn retried(paid: Option<UntilRetried<'_>>) {
    if let Some(paid) = paid {
        paid.spend();
    }
}

impl<'a> IntoFuture for Pause<'a> {
    type Output = ();
    type IntoFuture = Pausing<'a>;

    #[inline]
    fn into_future(self) -> Pausing<'a> {
        let state = match self.0 {
            None => State::Over,
            Some(Rest { delay, tool, paid }) => State::Begun { delay, tool, paid },
        };
        Pausing { state }
    }
}

pin_project! {
    /// The future of a [`Pause`], made by `pause.await`.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Pausing<'a> {
        #[pin]
        state: State<'a>,
    }
}

pin_project! {
    /// The timer is made where it stays: it is large to move.
    #[project = StateNow]
    #[derive(Debug)]
    enum State<'a> {
        Over,
        Begun { delay: Duration, tool: &'static str, paid: Option<UntilRetried<'a>> },
        Waiting { #[pin] timer: Timer, paid: Option<UntilRetried<'a>> },
    }
}

impl Future for Pausing<'_> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.state {
            State::Over => Poll::Ready(()),
            _ => self.project().state.wait(cx),
        }
    }
}

impl State<'_> {
    #[inline(never)]
    fn wait(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            match self.as_mut().project() {
                StateNow::Over => return Poll::Ready(()),
                // A timer of zero length would still wait for the timer's next tick.
                StateNow::Begun { delay, paid, .. } if delay.is_zero() => {
                    retried(paid.take());
                    return Poll::Ready(());
                }
                StateNow::Begun { delay, tool, paid } => {
                    let timer = Timer::new(Whose { tool, attribute: "retry" }, *delay);
                    let paid = paid.take();
                    self.set(State::Waiting { timer, paid });
                }
                StateNow::Waiting { timer, paid } => {
                    ready!(timer.poll(cx));
                    retried(paid.take());
                    return Poll::Ready(());
                }
            }
        }
    }
}
