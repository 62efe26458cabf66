//! The attempts of one call, and what follows each of them.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::base::flow_time::now_us;
use crate::policies::retry::Retry;
use crate::policies::retry::backoff::random;
use crate::policies::retry::budget::{Paid, RetryBudget, UntilRetried};
use crate::policies::retry::failed::Failed;
use crate::policies::retry::pause::Pause;
use crate::said::event::{GaveUpReason, Which};
use crate::said::fault_kind::FaultKind;
use crate::seen::emit::{is_any_heard, is_heard, tell};
use crate::seen::failure::Failure;
use crate::seen::metrics;
use crate::seen::outcome::Outcome;

/// The attempts of one call, made by [`Retry::attempts`].
///
/// This is the loop that `#[retry]` writes:
///
/// ```
/// use reliable::Retry;
/// use reliable::expansion::Inspect;
/// use std::ops::ControlFlow;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let mut answers = vec![Ok(21), Err("503"), Err("429")];
/// let mut call = async || answers.pop().unwrap_or(Err("empty"));
///
/// let retry = Retry::new().max(3);
/// let mut attempts = retry.attempts();
/// let outcome = loop {
///     let outcome = call().await;
///     let pause = match attempts.settle("call", outcome, |error| Inspect::new(error).failure()) {
///         ControlFlow::Break(outcome) => break outcome,
///         ControlFlow::Continue(pause) => pause,
///     };
///     pause.await;
/// };
/// assert_eq!(outcome, Ok(21));
/// # }
/// ```
#[derive(Debug)]
pub struct Attempts<'a> {
    pub(super) retry: &'a Retry,
    /// Only where there is a limit to look at it for.
    started_us: u64,
    pub(super) failed: Failed,
    /// What the last retry took from the budget.
    paid: Paid,
}

impl Retry {
    /// Begins one call: nothing has failed yet.
    #[inline]
    pub fn attempts(&self) -> Attempts<'_> {
        let started_us = if self.within.is_some() { now_us() } else { 0 };
        Attempts { retry: self, started_us, failed: Failed::none(self.budget.is_some()), paid: Paid::NOTHING }
    }
}

impl<'a> Attempts<'a> {
    /// The number of the attempt that is next, or under way: 1 for the first call.
    ///
    /// ```
    /// use reliable::Retry;
    /// use reliable::expansion::Inspect;
    ///
    /// let retry = Retry::new();
    /// let mut attempts = retry.attempts();
    /// assert_eq!(attempts.number(), 1);
    /// let settled = attempts.settle("call", Err::<u32, _>("503"), |error| Inspect::new(error).failure());
    /// assert_eq!((settled.is_continue(), attempts.number()), (true, 2));
    /// ```
    #[inline]
    pub fn number(&self) -> u32 {
        self.failed.count() + 1
    }

    /// Takes the retries from this budget, instead of the policy's own.
    ///
    /// ```
    /// use reliable::{Retry, RetryBudget};
    ///
    /// struct Client { budget: RetryBudget }
    ///
    /// let client = Client { budget: RetryBudget::new(10) };
    /// let retry = Retry::new();
    /// let mut attempts = retry.attempts().budget(&client.budget);
    /// ```
    #[inline]
    #[must_use]
    pub fn budget(self, budget: &'a RetryBudget) -> BudgetedAttempts<'a> {
        BudgetedAttempts { attempts: Attempts { failed: self.failed.paying(), ..self }, budget }
    }
}

/// What follows an attempt that failed.
enum Next {
    Retry,
    GiveUp,
}

/// [`Attempts`] with a budget of their own, made by [`Attempts::budget`].
///
/// ```
/// use reliable::{Retry, RetryBudget};
/// use reliable::expansion::Inspect;
///
/// let (retry, budget) = (Retry::new(), RetryBudget::new(1));
/// let mut attempts = retry.attempts().budget(&budget);
/// let mut fail = || attempts.settle("call", Err::<u32, _>("503"), |error| Inspect::new(error).failure());
/// let pause = fail();
/// assert!(pause.is_continue(), "the budget pays for one retry");
/// assert!(fail().is_break(), "and now it is empty");
/// ```
#[derive(Debug)]
pub struct BudgetedAttempts<'a> {
    pub(super) attempts: Attempts<'a>,
    pub(super) budget: &'a RetryBudget,
}

impl<'a> BudgetedAttempts<'a> {
    /// As [`Attempts::number`].
    #[inline]
    pub fn number(&self) -> u32 {
        self.attempts.number()
    }

    /// As [`Attempts::settle`].
    #[inline]
    pub fn settle<R: Outcome>(
        &mut self,
        tool: &'static str,
        outcome: R,
        inspect: impl Fn(&R::Error) -> Failure<'_>,
    ) -> ControlFlow<R, Pause<'a>> {
        self.attempts.settle_by(Some(self.budget), tool, outcome, inspect)
    }

    /// As [`Attempts::settle_ok`].
    #[inline]
    pub fn settle_ok<R: Outcome>(
        &mut self,
        tool: &'static str,
        outcome: R,
        inspect: impl Fn(&R::Error) -> Failure<'_>,
        refuses: impl Fn(&R::Value) -> bool,
    ) -> ControlFlow<R, Pause<'a>> {
        self.attempts.settle_ok_by(Some(self.budget), tool, outcome, inspect, refuses)
    }
}

impl<'a> Attempts<'a> {
    /// Decides what follows an attempt: `Break` with the outcome of the call, or `Continue` with the pause before the next
    /// attempt.
    ///
    /// `inspect` looks at the error, if there is one: `|error| Inspect::new(error).failure()`.
    ///
    /// It does not wait, and the pause knows nothing of the outcome: so nothing of the error is alive during the pause,
    /// and one that is not `Send` does not make the future so.
    #[inline]
    pub fn settle<R: Outcome>(
        &mut self,
        tool: &'static str,
        outcome: R,
        inspect: impl Fn(&R::Error) -> Failure<'_>,
    ) -> ControlFlow<R, Pause<'a>> {
        self.settle_by(self.retry.budget, tool, outcome, inspect)
    }

    /// The same, where a value that `refuses` is true of counts as a failure: it is retried like an error, and comes out as it
    /// is when nothing is left.
    ///
    /// ```
    /// use reliable::Retry;
    /// use reliable::expansion::Inspect;
    ///
    /// let retry = Retry::new().max(1);
    /// let mut attempts = retry.attempts();
    /// let mut settle = |answer: &'static str| {
    ///     let outcome = Ok::<_, String>(answer);
    ///     attempts.settle_ok("ask", outcome, |error| Inspect::new(error).failure(), |answer| answer.is_empty())
    /// };
    /// assert!(settle("").is_continue());
    /// assert_eq!(settle("").break_value(), Some(Ok("")), "that was the last attempt");
    /// ```
    #[inline]
    pub fn settle_ok<R: Outcome>(
        &mut self,
        tool: &'static str,
        outcome: R,
        inspect: impl Fn(&R::Error) -> Failure<'_>,
        refuses: impl Fn(&R::Value) -> bool,
    ) -> ControlFlow<R, Pause<'a>> {
        self.settle_ok_by(self.retry.budget, tool, outcome, inspect, refuses)
    }

    #[inline]
    fn settle_ok_by<R: Outcome>(
        &mut self,
        budget: Option<&'a RetryBudget>,
        tool: &'static str,
        outcome: R,
        inspect: impl Fn(&R::Error) -> Failure<'_>,
        refuses: impl Fn(&R::Value) -> bool,
    ) -> ControlFlow<R, Pause<'a>> {
        match outcome.into_result() {
            Ok(value) if refuses(&value) => match self.after_failure(budget, tool, &Failure::REFUSED_VALUE) {
                Some(pause) => ControlFlow::Continue(pause),
                None => ControlFlow::Break(R::from_result(Ok(value))),
            },
            result => self.settle_by(budget, tool, R::from_result(result), inspect),
        }
    }

    #[inline]
    fn settle_by<R: Outcome>(
        &mut self,
        budget: Option<&'a RetryBudget>,
        tool: &'static str,
        outcome: R,
        inspect: impl Fn(&R::Error) -> Failure<'_>,
    ) -> ControlFlow<R, Pause<'a>> {
        match outcome.into_result() {
            Ok(value) => {
                self.after_success(budget, tool);
                ControlFlow::Break(R::from_result(Ok(value)))
            }
            Err(error) => {
                let failure = inspect(&error);
                match self.seen_at_once(budget, &failure) {
                    Some(Next::Retry) => ControlFlow::Continue(Pause::nothing()),
                    Some(Next::GiveUp) => ControlFlow::Break(R::from_result(Err(error))),
                    None => match self.after_failure(budget, tool, &{ failure }) {
                        Some(pause) => ControlFlow::Continue(pause),
                        None => ControlFlow::Break(R::from_result(Err(error))),
                    },
                }
            }
        }
    }

    fn pause(&self, budget: Option<&'a RetryBudget>, tool: &'static str, delay: Duration) -> Pause<'a> {
        Pause::before(delay, tool, budget.map(|budget| UntilRetried::new(budget, self.paid)))
    }

    /// What follows a failure, if it is plain and nobody is to be told of it: in an outage that is nearly all that a retry
    /// costs. It is known without the address of anything, so that what is seen of the error stays in registers.
    #[inline]
    fn seen_at_once(&mut self, budget: Option<&RetryBudget>, failure: &Failure<'_>) -> Option<Next> {
        if is_told() {
            return None;
        }
        if failure.is_transient() && failure.asks_for().is_none() && self.failed.one_more_at_once(self.retry.at_once) {
            return Some(Next::Retry);
        }
        self.is_over(budget, failure).then_some(Next::GiveUp)
    }

    /// Whether it is plain that no attempt follows this failure, and no budget is to know of it.
    #[inline]
    fn is_over(&self, budget: Option<&RetryBudget>, failure: &Failure<'_>) -> bool {
        !failure.is_transient() || budget.is_none() && self.failed.count() >= self.retry.max
    }

    /// Whether no attempt follows this failure, if that is plain and nobody is to be told of it.
    #[inline]
    pub(super) fn is_over_at_once(&self, budget: Option<&RetryBudget>, failure: &Failure<'_>) -> bool {
        !is_told() && self.is_over(budget, failure)
    }

    #[inline]
    pub(super) fn after_success(&self, budget: Option<&RetryBudget>, tool: &'static str) {
        metrics::retry_ended(tool, self.failed.count() > 0, None);
        if self.failed.is_nothing() {
            return;
        }
        if self.failed.count() > 0 && is_heard(Which::Recovered) {
            recovered(tool, self.number());
        }
        if let Some(budget) = budget {
            budget.note_success(self.paid);
        }
    }

    #[cold]
    #[inline(never)]
    pub(super) fn after_failure(
        &mut self,
        budget: Option<&'a RetryBudget>,
        tool: &'static str,
        failure: &Failure<'_>,
    ) -> Option<Pause<'a>> {
        let (retry, failed) = (self.failed.count(), self.failed.one_more());
        let attempt = failed.count();
        match self.next_delay(budget, retry, failure) {
            Ok(delay) => {
                self.failed = failed;
                metrics::retrying(tool);
                tell!(Retrying { tool: tool.into(), attempt, error: failure.told(), pause: delay });
                Some(self.pause(budget, tool, delay))
            }
            Err(reason) => {
                metrics::retry_ended(tool, retry > 0, Some(reason));
                tell!(GaveUp { tool: tool.into(), attempts: attempt, error: failure.told(), reason });
                None
            }
        }
    }

    fn next_delay(
        &mut self,
        budget: Option<&RetryBudget>,
        retry: u32,
        failure: &Failure<'_>,
    ) -> Result<Duration, GaveUpReason> {
        if !failure.is_transient() {
            return Err(GaveUpReason::NotTransient);
        }
        if let Some(budget) = budget {
            budget.note_failure();
        }
        if retry >= self.retry.max {
            return Err(GaveUpReason::NoRetriesLeft);
        }
        let delay = match failure.asks_for() {
            Some(asked) => self.retry.asked_delay(asked, random).ok_or(GaveUpReason::AskedToWaitTooLong)?,
            None => self.retry.own_delay(retry, random),
        };
        if self.ends_too_late(delay) {
            return Err(GaveUpReason::NoTimeLeft);
        }
        // Last, so that nothing is paid for a retry that does not happen.
        if let Some(budget) = budget {
            let timed_out = failure.fault() == Some(FaultKind::TimedOut);
            self.paid = budget.pay(timed_out).ok_or(GaveUpReason::BudgetEmpty)?;
        }
        Ok(delay)
    }

    /// By the time that a human has taken.
    pub(super) fn started_later(&mut self, by: Duration) {
        let us = u64::try_from(by.as_micros()).unwrap_or(u64::MAX);
        self.started_us = self.started_us.saturating_add(us);
    }

    #[inline]
    fn ends_too_late(&self, delay: Duration) -> bool {
        self.retry.within.is_some_and(|within| self.elapsed().saturating_add(delay) >= within)
    }

    #[inline(never)]
    fn elapsed(&self) -> Duration {
        Duration::from_micros(now_us().saturating_sub(self.started_us))
    }
}

/// Whether somebody may want to know what follows a failure. With the feature `metrics` it is so long that it would keep what
/// asks it from being inlined.
#[cfg_attr(not(feature = "metrics"), inline)]
#[cfg_attr(feature = "metrics", inline(never))]
fn is_told() -> bool {
    is_any_heard([Which::Retrying, Which::GaveUp]) || metrics::is_heard()
}

#[cold]
#[inline(never)]
fn recovered(tool: &'static str, attempts: u32) {
    tell!(Recovered { tool: tool.into(), attempts });
}
