//! The option `deadline` of `#[timeout]`: how much time is left, for those inside who ask.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use crate::base::time_left::{self, Limit, TakenAlong};
use crate::policies::timeout::{TimedCall, Timeout};
use crate::said::fault::{ByFn, Fault, FromFault};
use crate::scope::Scope;
use crate::seen::outcome::Outcome;

/// A [`Timeout`] that tells [`time_left`] what is left of it: made by [`Timeout::deadline`].
///
/// ```
/// use reliable::policies::timeout::Deadline;
/// use reliable::{Fault, Timeout, time_left};
/// use std::time::Duration;
///
/// const LIMIT: Deadline = Timeout::secs(2).deadline();
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let call = async {
///     tokio::time::sleep(Duration::from_millis(500)).await;
///     Ok::<_, Fault>(time_left())
/// };
/// assert_eq!(LIMIT.run("call", call).await, Ok(Some(Duration::from_millis(1500))));
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a timeout does nothing until a call runs in it"]
pub struct Deadline(Timeout);

impl Timeout {
    /// The same limit, which tells [`time_left`] inside how much of it is left. It costs some fifty instructions a call
    /// that is ready at once, and a look at the clock at each poll of one that is not: that is why it is asked for.
    ///
    /// `#[timeout]` takes a [`Timeout`], and `deadline` beside it: `#[timeout(LIMIT, deadline)]`.
    pub const fn deadline(self) -> Deadline {
        Deadline(self)
    }
}

impl Deadline {
    /// As [`Timeout::run`].
    #[inline]
    pub fn run<F>(&self, tool: &'static str, call: F) -> TimedCall<'_, TellingCall<F>>
    where
        F: Future<Output: Outcome<Error: FromFault>>,
    {
        self.0.run(tool, self.telling(call))
    }

    /// As [`Timeout::run_with`].
    #[inline]
    pub fn run_with<F, I>(&self, tool: &'static str, call: F, into_error: I) -> TimedCall<'_, TellingCall<F>, ByFn<I>>
    where
        F: Future<Output: Outcome>,
        I: Fn(Fault) -> <F::Output as Outcome>::Error,
    {
        self.0.run_with(tool, self.telling(call), into_error)
    }

    #[cfg(feature = "stream")]
    pub(crate) const fn timeout(&self) -> &Timeout {
        &self.0
    }

    #[inline]
    fn telling<F>(&self, call: F) -> TellingCall<F> {
        TellingCall { call, limit: Limit::new(self.0.limit) }
    }
}

pin_project! {
    /// A call under a limit that tells how much of it is left; see [`Deadline`] for an example.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct TellingCall<F> {
        #[pin]
        call: F,
        limit: Limit,
    }
}

impl<F: Future> Future for TellingCall<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.limit.poll(|| this.call.poll(cx))
    }
}

/// What is left of the tightest [`timeout`](crate::policies::timeout::Timeout) around that has the flag `deadline`: for a
/// server that is told how long anybody waits for it, in a header or as a gRPC deadline. `None` where there is none, and zero
/// where the time is up.
///
/// It stands still while a human is asked, as the timeout does. A [`Scope`] takes it along, by
/// [`reliable::spawn`](crate::scope::spawn) to a task, and by [`Scope::enter`] to a thread; what outlives a call that was done
/// in time has no limit of it any more.
///
/// ```
/// use reliable::{Fault, time_left, timeout};
/// use std::time::Duration;
///
/// #[timeout(secs = 30, deadline)]
/// async fn search(query: &str) -> Result<String, Fault> {
///     tokio::time::sleep(Duration::from_secs(12)).await; // what comes before
///     get(query).await
/// }
///
/// async fn get(query: &str) -> Result<String, Fault> {
///     let timeout_ms = time_left().map_or(60_000, |left| left.as_millis());
///     Ok(format!("GET /search?q={query}, x-timeout-ms: {timeout_ms}"))
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// assert_eq!(search("tea").await.unwrap(), "GET /search?q=tea, x-timeout-ms: 18000");
/// assert_eq!(get("tea").await.unwrap(), "GET /search?q=tea, x-timeout-ms: 60000");
/// # }
/// ```
#[must_use]
pub fn time_left() -> Option<Duration> {
    let taken_along = || Scope::find::<TakenAlong>()?.left();
    match (time_left::left(), taken_along()) {
        (Some(here), Some(taken_along)) => Some(here.min(taken_along)),
        (here, taken_along) => here.or(taken_along),
    }
}
