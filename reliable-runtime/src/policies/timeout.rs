//! `#[timeout]`: gives up on a call that takes too long.

pub mod deadline;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use crate::base::flow_time::Whose;
use crate::base::human_time::polled;
use crate::base::human_time::watching::OwnTimer;
use crate::said::fault::{ByFn, ByFrom, Fault, FromFault, IntoError};
use crate::seen::emit::tell;
use crate::seen::metrics;
use crate::seen::outcome::Outcome;

/// How long a call may take.
///
/// ```
/// use reliable::{Fault, Timeout};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let hang = std::future::pending::<Result<(), Fault>>();
/// let outcome = Timeout::ms(50).run("hang", hang).await;
/// assert_eq!(outcome, Err(Fault::TimedOut { tool: "hang".into(), limit: Duration::from_millis(50) }));
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a timeout does nothing until a call runs in it"]
pub struct Timeout {
    limit: Duration,
    idle: Option<Duration>,
}

impl Timeout {
    /// A limit in milliseconds.
    pub const fn ms(ms: u64) -> Self {
        Timeout::after(Duration::from_millis(ms))
    }

    /// A limit in seconds.
    pub const fn secs(secs: u64) -> Self {
        Timeout::after(Duration::from_secs(secs))
    }

    /// A limit. A limit of zero lets the call run until it first has to wait.
    pub const fn after(limit: Duration) -> Self {
        Timeout { limit, idle: None }
    }

    /// None at all: for what only [`idle`](Timeout::idle) limits.
    pub const fn unlimited() -> Self {
        Timeout::after(Duration::MAX)
    }

    /// The longest time from when the reader of a stream first asks for an item until that comes, from the second item on: the
    /// limit of the call holds until the first. Default: none. It limits nothing but a stream, by the option `stream` of
    /// `#[timeout]`.
    ///
    /// A reader that asks and goes away goes on counting. When it comes back after the limit it gets what is there; if that is
    /// nothing, and it is 100 ms late or more, the gap is made longer once: by as much as it is late, and at most by what was
    /// left of the limit when it went away.
    ///
    /// ```
    /// use reliable::Timeout;
    /// use std::time::Duration;
    ///
    /// const ANSWER: Timeout = Timeout::secs(20).idle(Duration::from_secs(5));
    /// const ONLY_IDLE: Timeout = Timeout::unlimited().idle(Duration::from_secs(5));
    /// ```
    pub const fn idle(self, idle: Duration) -> Self {
        Timeout { idle: Some(idle), ..self }
    }

    #[cfg(feature = "stream")]
    pub(crate) const fn idle_limit(&self) -> Option<Duration> {
        self.idle
    }

    /// Runs `call`, and drops it with [`Fault::TimedOut`] when it is not done in time.
    ///
    /// The call is polled first, and the clock starts when it first has to wait: a call that is ready at once pays
    /// nothing. A value that is there is never thrown away. What the call has spawned elsewhere goes on, and a call that
    /// blocks its thread can't be timed out: put such work on [`tokio::task::spawn_blocking`].
    ///
    /// It stands still while a question to a human is open that was asked under it, also in a task that was begun with
    /// [`reliable::spawn`](crate::scope::spawn).
    #[inline]
    pub fn run<F>(&self, tool: &'static str, call: F) -> TimedCall<'_, F>
    where
        F: Future<Output: Outcome<Error: FromFault>>,
    {
        TimedCall { call, timer: None, tool, timeout: self, into_error: ByFrom }
    }

    /// The same, for an error type that has no `From<Fault>`: `into_error` makes an error of the fault.
    ///
    /// ```
    /// use reliable::Timeout;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let hang = std::future::pending::<Result<(), std::fmt::Error>>();
    /// let outcome = Timeout::ms(50).run_with("hang", hang, |_late| std::fmt::Error).await;
    /// assert_eq!(outcome, Err(std::fmt::Error));
    /// # }
    /// ```
    #[inline]
    pub fn run_with<F, I>(&self, tool: &'static str, call: F, into_error: I) -> TimedCall<'_, F, ByFn<I>>
    where
        F: Future<Output: Outcome>,
        I: Fn(Fault) -> <F::Output as Outcome>::Error,
    {
        TimedCall { call, timer: None, tool, timeout: self, into_error: ByFn(into_error) }
    }
}

impl From<Duration> for Timeout {
    fn from(limit: Duration) -> Self {
        Timeout::after(limit)
    }
}

pin_project! {
    /// The future of [`Timeout::run`]; see [`Timeout`] for an example.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct TimedCall<'a, F, I = ByFrom> {
        #[pin]
        call: F,
        // Made when it is needed: what may be in it is then looked at once, when the call is dropped.
        #[pin]
        timer: Option<OwnTimer>,
        tool: &'static str,
        timeout: &'a Timeout,
        into_error: I,
    }
}

impl<F, I> Future for TimedCall<'_, F, I>
where
    F: Future<Output: Outcome>,
    I: IntoError<<F::Output as Outcome>::Error>,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let started = this.timer.is_none().then(metrics::start);
        let before = polled::newest();
        if let Poll::Ready(outcome) = this.call.poll(cx) {
            let started = started.unwrap_or_else(|| started_at(this.timer.as_ref(), this.timeout));
            metrics::timeout_ended(this.tool, started, false);
            return Poll::Ready(outcome);
        }
        if this.timer.is_none() {
            this.timer.set(Some(OwnTimer::new()));
        }
        let Some(timer) = this.timer.as_mut().as_pin_mut() else { return Poll::Pending };
        let whose = Whose { tool: this.tool, attribute: "timeout" };
        match timer.poll(before, whose, this.timeout.limit, cx) {
            Poll::Ready(()) => {
                metrics::timeout_ended(this.tool, started_at(this.timer.as_ref(), this.timeout), true);
                let error = timed_out(this.tool, this.timeout.limit, this.into_error);
                Poll::Ready(Outcome::from_result(Err(error)))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

#[inline]
fn started_at(timer: Pin<&Option<OwnTimer>>, timeout: &Timeout) -> metrics::Started {
    metrics::started_at(|| timer.as_pin_ref()?.began(timeout.limit))
}

/// For each function anew, so that what the error leaves out of the fault is never made.
#[cold]
#[inline(never)]
pub(crate) fn timed_out<E>(tool: &'static str, limit: Duration, into_error: &impl IntoError<E>) -> E {
    tell!(TimedOut { tool: tool.into(), limit });
    into_error.error(Fault::TimedOut { tool: tool.into(), limit })
}
