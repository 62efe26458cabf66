//! `#[hedge]`: a second attempt beside one that is slow.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use crate::base::flow_time::Whose;
use crate::base::human_time::polled;
use crate::base::human_time::watching::OwnTimer;
use crate::seen::emit::tell;
use crate::seen::failure::Failure;
use crate::seen::metrics;
use crate::seen::outcome::Outcome;

/// When an attempt is so slow that another one starts beside it.
///
/// ```
/// use reliable::Hedge;
/// use std::cell::Cell;
/// use std::time::Duration;
/// use tokio::time::sleep;
///
/// const HEDGE: Hedge = Hedge::after(Duration::from_millis(200));
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// // The first of ten servers is slow today.
/// let server = Cell::new(0);
/// let attempt = || async {
///     let this = server.replace(server.get() + 1);
///     sleep(Duration::from_millis(if this == 0 { 9000 } else { 50 })).await;
///     Ok::<_, String>(format!("server {this}"))
/// };
/// assert_eq!(HEDGE.run("search", attempt).await.unwrap(), "server 1"); // after 250 ms
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a hedge does nothing until something runs in it"]
pub struct Hedge {
    after: Duration,
    max: u32,
}

impl Hedge {
    /// Starts a second attempt when the first has no answer after this time; one, and no more.
    ///
    /// The time counts from when the first attempt first has to wait. With a time of zero, the second one starts there.
    pub const fn after(after: Duration) -> Self {
        Hedge { after, max: 1 }
    }

    /// The attempts that may start besides the first, each of them [`after`](Hedge::after) the one before; with 0, none
    /// does. Default: 1.
    pub const fn max(self, max: u32) -> Self {
        Hedge { max, ..self }
    }

    /// Runs `attempt`, and runs it again beside itself when it is slow.
    ///
    /// The first success is the outcome, and the attempts that still run are dropped. When one fails, the others are
    /// waited for, whatever its error: that is what [`run_judged`](Hedge::run_judged) is for. When there are none, its error
    /// is the outcome: so the error is always that of the attempt which failed last. To try again after an error is the
    /// business of a [`Retry`](crate::policies::retry::Retry).
    ///
    /// While a question to a human is open in an attempt, the time stands still, and no other attempt starts.
    ///
    /// The first attempt is polled before anything else happens: if it is ready at once, there is no timer and no clock.
    /// The first two attempts are part of the future; others are boxed when they start.
    #[inline]
    pub fn run<M, F>(&self, tool: &'static str, attempt: M) -> HedgedCall<'_, M, F>
    where
        M: FnMut() -> F,
        F: Future<Output: Outcome>,
    {
        self.call(tool, attempt, Unjudged)
    }

    /// The same, and an error that is worth no other attempt ends the race, too: one for which `when` is false, or which says
    /// so of itself ([`Transient`](crate::seen::transient::Transient)), or a fault that is final. A rejection says nothing of
    /// the attempts that got through, and ends it only if `when` says so.
    ///
    /// `inspect` looks at an error: `|error| Inspect::new(error).failure()`.
    ///
    /// ```
    /// use reliable::Hedge;
    /// use reliable::expansion::Inspect;
    /// use std::time::Duration;
    /// use tokio::time::{Instant, sleep};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let started = Instant::now();
    /// let attempt = || async {
    ///     let first = started.elapsed().is_zero();
    ///     sleep(Duration::from_millis(if first { 9000 } else { 50 })).await;
    ///     Err::<u32, _>(if first { 503 } else { 404 })
    /// };
    /// let hedge = Hedge::after(Duration::from_millis(200));
    /// let outcome = hedge.run_judged("search", attempt, |status| Inspect::new(status).failure().when(*status != 404));
    /// assert_eq!(outcome.await, Err(404));
    /// assert_eq!(started.elapsed().as_millis(), 250, "it will not be found by the slow one, either");
    /// # }
    /// ```
    #[inline]
    pub fn run_judged<M, F, I>(&self, tool: &'static str, attempt: M, inspect: I) -> HedgedCall<'_, M, F, I>
    where
        M: FnMut() -> F,
        F: Future<Output: Outcome>,
        I: Fn(&<F::Output as Outcome>::Error) -> Failure<'_>,
    {
        self.call(tool, attempt, inspect)
    }

    /// The same, where a value that `refuses` is true of does not end the race: it counts as a failure, and comes out as it is
    /// where that attempt was the last to fail.
    ///
    /// ```
    /// use reliable::Hedge;
    /// use reliable::expansion::Inspect;
    /// use std::time::Duration;
    /// use tokio::time::{Instant, sleep};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let started = Instant::now();
    /// let attempt = || async {
    ///     let first = started.elapsed().is_zero();
    ///     sleep(Duration::from_millis(if first { 900 } else { 50 })).await;
    ///     Ok::<_, String>(if first { "found" } else { "" })
    /// };
    /// let hedge = Hedge::after(Duration::from_millis(200));
    /// let race = hedge.run_judged_ok(
    ///     "search",
    ///     attempt,
    ///     |error| Inspect::new(error).failure(),
    ///     |found| found.is_empty(),
    /// );
    /// assert_eq!(race.await.unwrap(), "found", "the first one to answer has found nothing");
    /// # }
    /// ```
    #[inline]
    pub fn run_judged_ok<M, F, I, W>(
        &self,
        tool: &'static str,
        attempt: M,
        inspect: I,
        refuses: W,
    ) -> HedgedCall<'_, M, F, JudgedOk<I, W>>
    where
        M: FnMut() -> F,
        F: Future<Output: Outcome>,
        I: Fn(&<F::Output as Outcome>::Error) -> Failure<'_>,
        W: Fn(&<F::Output as Outcome>::Value) -> bool,
    {
        self.call(tool, attempt, JudgedOk { inspect, refuses })
    }

    #[inline]
    fn call<M, F, I>(&self, tool: &'static str, attempt: M, inspect: I) -> HedgedCall<'_, M, F, I> {
        HedgedCall {
            make: attempt,
            attempts: Attempts { first: None, second: None, more: Vec::new(), started: 0, running: 0 },
            timer: OwnTimer::new(),
            tool,
            hedge: self,
            inspect,
        }
    }
}

/// As no error is judged by [`Hedge::run`].
#[derive(Debug, Clone, Copy)]
pub struct Unjudged;

/// As errors and values are judged by [`Hedge::run_judged_ok`].
#[derive(Debug, Clone, Copy)]
pub struct JudgedOk<I, W> {
    inspect: I,
    refuses: W,
}

/// How the outcome of an attempt is judged: a trait of our own, since behind a `dyn Fn` each function would have the code for
/// `FnMut` and `FnOnce`, too.
trait Judge<T, E> {
    /// Whether this error ends the race.
    fn ends_race(&self, error: &E) -> bool;

    /// Whether this value counts as a failure.
    fn refuses(&self, _value: &T) -> bool {
        false
    }
}

impl<T, E> Judge<T, E> for Unjudged {
    fn ends_race(&self, _: &E) -> bool {
        false
    }
}

impl<T, E, F: Fn(&E) -> Failure<'_>> Judge<T, E> for F {
    fn ends_race(&self, error: &E) -> bool {
        self(error).ends_race()
    }
}

impl<T, E, I: Fn(&E) -> Failure<'_>, W: Fn(&T) -> bool> Judge<T, E> for JudgedOk<I, W> {
    fn ends_race(&self, error: &E) -> bool {
        (self.inspect)(error).ends_race()
    }

    fn refuses(&self, value: &T) -> bool {
        (self.refuses)(value)
    }
}

pin_project! {
    /// The future of [`Hedge::run`]; see [`Hedge`] for an example.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct HedgedCall<'a, M, F, I = Unjudged> {
        make: M,
        #[pin]
        attempts: Attempts<F>,
        #[pin]
        timer: OwnTimer,
        tool: &'static str,
        hedge: &'a Hedge,
        inspect: I,
    }
}

pin_project! {
    #[derive(Debug)]
    struct Attempts<F> {
        #[pin]
        first: Option<F>,
        #[pin]
        second: Option<F>,
        more: Vec<Option<Pin<Box<F>>>>,
        started: u32,
        running: u32,
    }
}

impl<M, F, I> Future for HedgedCall<'_, M, F, I>
where
    M: FnMut() -> F,
    F: Future<Output: Outcome>,
    I: Judge<<F::Output as Outcome>::Value, <F::Output as Outcome>::Error>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if this.attempts.started == 0 {
            this.attempts.as_mut().start((this.make)());
        }
        loop {
            let before = polled::newest();
            if let Poll::Ready(outcome) = this.attempts.as_mut().poll(this.tool, this.inspect, cx) {
                return Poll::Ready(outcome);
            }
            let whose = Whose { tool: this.tool, attribute: "hedge" };
            if this.attempts.started > this.hedge.max
                || !is_over(this.timer.as_mut(), before, whose, this.hedge.after, cx)
            {
                return Poll::Pending;
            }
            this.attempts.as_mut().start((this.make)());
            hedged(this.tool, this.attempts.started);
        }
    }
}

impl<F: Future<Output: Outcome>> Attempts<F> {
    fn start(self: Pin<&mut Self>, attempt: F) {
        let mut this = self.project();
        *this.started += 1;
        *this.running += 1;
        match *this.started {
            1 => this.first.set(Some(attempt)),
            2 => this.second.set(Some(attempt)),
            _ => this.more.push(Some(Box::pin(attempt))),
        }
    }

    fn poll(
        self: Pin<&mut Self>,
        tool: &'static str,
        judge: &dyn Judge<<F::Output as Outcome>::Value, <F::Output as Outcome>::Error>,
        cx: &mut Context<'_>,
    ) -> Poll<F::Output> {
        let this = self.project();
        let (started, running) = (*this.started, this.running);
        for (attempt, slot) in (1..).zip([this.first, this.second]) {
            if let Poll::Ready(end) = poll_attempt(slot, running, judge, cx) {
                return Poll::Ready(done(tool, attempt, started, end));
            }
        }
        for (attempt, slot) in (3..).zip(this.more) {
            if let Poll::Ready(end) = poll_attempt(Pin::new(slot), running, judge, cx) {
                return Poll::Ready(done(tool, attempt, started, end));
            }
        }
        Poll::Pending
    }
}

/// The outcome of the race, and whether it is a success.
type End<R> = (Result<<R as Outcome>::Value, <R as Outcome>::Error>, bool);

/// A success, an error that ends the race, or the failure of the last attempt that runs. Any other failure is dropped at once,
/// not kept: one that is not `Send` would make the whole future so.
fn poll_attempt<F: Future<Output: Outcome>>(
    mut slot: Pin<&mut Option<F>>,
    running: &mut u32,
    judge: &dyn Judge<<F::Output as Outcome>::Value, <F::Output as Outcome>::Error>,
    cx: &mut Context<'_>,
) -> Poll<End<F::Output>> {
    let Some(attempt) = slot.as_mut().as_pin_mut() else {
        return Poll::Pending;
    };
    let Poll::Ready(outcome) = attempt.poll(cx) else {
        return Poll::Pending;
    };
    slot.set(None);
    *running -= 1;
    match outcome.into_result() {
        Err(error) if *running > 0 && !judge.ends_race(&error) => Poll::Pending,
        Ok(value) if judge.refuses(&value) => {
            if *running > 0 {
                Poll::Pending
            } else {
                Poll::Ready((Ok(value), false))
            }
        }
        result => {
            let succeeded = result.is_ok();
            Poll::Ready((result, succeeded))
        }
    }
}

/// Whether the time is over; then the next one begins.
fn is_over(mut timer: Pin<&mut OwnTimer>, before: u64, whose: Whose, after: Duration, cx: &mut Context<'_>) -> bool {
    let over = match after {
        Duration::ZERO => !timer.as_mut().stands_still(before, cx),
        _ => timer.as_mut().poll(before, whose, after, cx).is_ready(),
    };
    if over {
        timer.restart();
    }
    over
}

fn done<R: Outcome>(tool: &'static str, attempt: u32, started: u32, (result, succeeded): End<R>) -> R {
    metrics::hedge_ended(tool, started > 1);
    if started > 1 && succeeded {
        won(tool, attempt);
    }
    R::from_result(result)
}

#[cold]
fn hedged(tool: &'static str, attempt: u32) {
    tell!(Hedged { tool: tool.into(), attempt });
}

#[cold]
fn won(tool: &'static str, attempt: u32) {
    tell!(RaceWon { tool: tool.into(), attempt });
}
