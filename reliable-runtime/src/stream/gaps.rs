//! A stream whose reader waits only so long for the next item.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use pin_project_lite::pin_project;
use tokio::time::Instant;

use crate::base::flow_time::{At, Clock, Whose};
use crate::base::human_time::polled;
use crate::base::human_time::watching::OwnTimer;
use crate::policies::timeout::deadline::Deadline;
use crate::policies::timeout::{Timeout, timed_out};
use crate::said::fault::{ByFn, Fault, FromFault};
use crate::seen::metrics;

/// By `From<Fault>`. A pointer, so that a type which lacks that is told once: this is a stream all the same.
type ByFromFault<E> = fn(Fault) -> E;

/// A stream whose reader waits only so long for the next item, made by [`Timeout::gaps`].
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Gaps<S, I> {
    /// `None` once it is over.
    stream: Option<S>,
    idle: Option<Duration>,
    tool: &'static str,
    into_error: ByFn<I>,
    /// Made when the reader first has to wait, and kept for later gaps.
    gap: Option<Pin<Box<Gap>>>,
}

pin_project! {
    #[derive(Debug)]
    struct Gap {
        #[pin]
        timer: OwnTimer,
        // What was left of the limit when the timer was started.
        left: Duration,
        // When the reader was last seen waiting; `None` between two gaps.
        seen: Option<Instant>,
        // Whether this gap was extended: its end is the end then.
        extended: bool,
    }
}

impl Timeout {
    /// Limits the time for which the reader of the stream in this outcome waits for an item, by [`idle`](Timeout::idle). The last
    /// item is a [`Fault::TimedOut`] then, and the stream is dropped. Without such a limit the stream is as it was.
    ///
    /// The clock starts when the reader first asks for an item and has to wait. What the reader does between an item and that is
    /// its own affair, and the clock stands still while a question to a human is open that was asked in the stream.
    ///
    /// ```
    /// use futures_util::stream::{self, StreamExt};
    /// use reliable::{Fault, Timeout};
    /// use std::time::Duration;
    /// use tokio::time::sleep;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let timeout = Timeout::unlimited().idle(Duration::from_secs(5));
    /// let opened = Ok::<_, Fault>(stream::iter([Ok::<_, Fault>("It is")]).chain(stream::pending()));
    /// let mut answer = timeout.gaps("ask", opened).unwrap();
    /// assert_eq!(answer.next().await, Some(Ok("It is")));
    /// sleep(Duration::from_secs(60)).await; // the reader's own time
    /// assert!(matches!(answer.next().await, Some(Err(Fault::TimedOut { .. })))); // five seconds later
    /// assert_eq!(answer.next().await, None);
    /// # }
    /// ```
    ///
    /// # Errors
    /// That of the outcome.
    pub fn gaps<S, T, F: FromFault, E>(
        &self,
        tool: &'static str,
        outcome: Result<S, E>,
    ) -> Result<Gaps<S, ByFromFault<F>>, E>
    where
        S: Stream<Item = Result<T, F>>,
    {
        self.gaps_with(tool, outcome, F::from_fault)
    }

    /// The same, for an error type that has no `From<Fault>`: `into_error` makes an error of the fault.
    ///
    /// # Errors
    /// That of the outcome.
    pub fn gaps_with<S, T, F, E, I>(
        &self,
        tool: &'static str,
        outcome: Result<S, E>,
        into_error: I,
    ) -> Result<Gaps<S, I>, E>
    where
        S: Stream<Item = Result<T, F>>,
        I: Fn(Fault) -> F,
    {
        outcome.map(|stream| Gaps {
            stream: Some(stream),
            idle: self.idle_limit(),
            tool,
            into_error: ByFn(into_error),
            gap: None,
        })
    }
}

impl Deadline {
    /// As [`Timeout::gaps`].
    ///
    /// # Errors
    /// That of the outcome.
    pub fn gaps<S, T, F: FromFault, E>(
        &self,
        tool: &'static str,
        outcome: Result<S, E>,
    ) -> Result<Gaps<S, ByFromFault<F>>, E>
    where
        S: Stream<Item = Result<T, F>>,
    {
        self.timeout().gaps(tool, outcome)
    }

    /// As [`Timeout::gaps_with`].
    ///
    /// # Errors
    /// That of the outcome.
    pub fn gaps_with<S, T, F, E, I>(
        &self,
        tool: &'static str,
        outcome: Result<S, E>,
        into_error: I,
    ) -> Result<Gaps<S, I>, E>
    where
        S: Stream<Item = Result<T, F>>,
        I: Fn(Fault) -> F,
    {
        self.timeout().gaps_with(tool, outcome, into_error)
    }
}

// Nothing of it is ever pinned but the gap, which has a box.
impl<S: Unpin, I> Unpin for Gaps<S, I> {}

impl<S, I, T, E> Stream for Gaps<S, I>
where
    S: Stream<Item = Result<T, E>> + Unpin,
    I: Fn(Fault) -> E,
{
    type Item = Result<T, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        let this = &mut *self;
        let Some(stream) = &mut this.stream else { return Poll::Ready(None) };
        let before = polled::newest();
        if let Poll::Ready(item) = Pin::new(stream).poll_next(cx) {
            if let Some(gap) = &mut this.gap {
                gap.as_mut().end();
            }
            if item.is_none() {
                this.stream = None;
            }
            return Poll::Ready(item);
        }
        let Some(idle) = this.idle else { return Poll::Pending };
        let gap = this.gap.get_or_insert_with(|| Box::pin(Gap::new()));
        let Poll::Ready(began) = gap.as_mut().poll(before, this.tool, idle, cx) else { return Poll::Pending };
        metrics::timeout_ended(this.tool, metrics::started_at(|| began), true);
        // Before the error is made, which may be foreign code.
        this.stream = None;
        Poll::Ready(Some(Err(timed_out(this.tool, idle, &this.into_error))))
    }
}

/// A reader that is so much later than the timer may have been away: it is woken by it. A busy runtime looks the same.
const AWAY: Duration = Duration::from_millis(100);

impl Gap {
    const fn new() -> Self {
        Gap { timer: OwnTimer::new(), left: Duration::ZERO, seen: None, extended: false }
    }

    fn end(self: Pin<&mut Self>) {
        let mut this = self.project();
        if this.seen.take().is_some() {
            this.timer.set(OwnTimer::new());
            *this.extended = false;
        }
    }

    /// Asked while the reader waits; ready when it has waited for so long, with when it began to.
    fn poll(
        mut self: Pin<&mut Self>,
        before: u64,
        tool: &'static str,
        idle: Duration,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Instant>> {
        let whose = Whose { tool, attribute: "timeout" };
        loop {
            let mut this = self.as_mut().project();
            let now = At::now();
            if this.seen.is_none() {
                *this.left = idle;
            }
            if this.timer.as_mut().poll(before, whose, *this.left, cx).is_pending() {
                *this.seen = Some(now.instant);
                return Poll::Pending;
            }
            let began = this.timer.as_ref().began(*this.left);
            let Some(more) = extension(now, began, *this.left, *this.seen).filter(|_| !*this.extended) else {
                return Poll::Ready(began);
            };
            *this.left = more;
            *this.extended = true;
            this.timer.restart();
        }
    }
}

/// What a reader gets once for that it comes late: as much as it is late, and no more than it had not waited for.
///
/// None in a flow: there a wait that is over has to be over in each life.
fn extension(now: At, began: Option<Instant>, left: Duration, seen: Option<Instant>) -> Option<Duration> {
    let due = began?.checked_add(left).filter(|_| now.clock == Clock::default())?;
    let (late, unseen) = (now.instant.saturating_duration_since(due), due.saturating_duration_since(seen?));
    (late >= AWAY && !unseen.is_zero()).then(|| late.min(unseen).min(left))
}
