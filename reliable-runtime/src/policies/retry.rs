//! `#[retry]`: runs the body again on a transient error.

pub(crate) mod attempt;
pub mod backoff;
pub mod budget;
pub mod keeping;
pub mod pause;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::time::Duration;

use crate::base::clock::now_us;
use crate::policies::retry::backoff::{Backoff, jittered, random, spread};
use crate::policies::retry::budget::{Paid, RetryBudget, UntilRetried};
use crate::policies::retry::pause::Pause;
use crate::said::event::{Event, GaveUpReason};
use crate::said::fault_kind::FaultKind;
use crate::seen::emit::emit;
use crate::seen::failure::Failure;
use crate::seen::metrics;
use crate::seen::outcome::Outcome;

/// When to try again, how often, and how long to pause before.
///
/// Each option of `#[retry]` is a method of the same name here, usable in a `const` or `static`:
///
/// ```
/// use reliable::{Backoff, Retry};
///
/// static POLICY: Retry = Retry::new().max(5).backoff(Backoff::Linear);
/// # #[derive(Debug)] enum ApiError { Busy }
///
/// #[reliable::retry(POLICY)]
/// async fn forecast(city: &str) -> Result<String, ApiError> {
///     Ok(format!("sunny in {city}"))
/// }
/// # let rt = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # assert_eq!(rt.block_on(forecast("Oslo")).unwrap(), "sunny in Oslo");
/// ```
///
/// The defaults are those of the official `OpenAI` and Anthropic SDKs: 2 retries, 0.5 s doubled each time, at most 8 s,
/// shortened at random by up to a quarter.
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use = "a retry does nothing until its attempts are settled"]
pub struct Retry {
    max: u32,
    backoff: Backoff,
    factor: f64,
    jitter: f64,
    base: Duration,
    cap: Option<Duration>,
    spread: Duration,
    within: Option<Duration>,
    budget: Option<&'static RetryBudget>,
}

const DEFAULT_CAP: Duration = Duration::from_secs(8);
const DEFAULT_ASKED_CAP: Duration = Duration::from_secs(60);

impl Default for Retry {
    fn default() -> Self {
        Retry::new()
    }
}

impl Retry {
    /// Two retries with exponential backoff: 0.5 s, then 1 s, each shortened at random by up to a quarter.
    pub const fn new() -> Self {
        Retry {
            max: 2,
            backoff: Backoff::Exp,
            factor: 2.0,
            jitter: 0.25,
            base: Duration::from_millis(500),
            cap: None,
            spread: Duration::ZERO,
            within: None,
            budget: None,
        }
    }

    /// The retries after the first call: with `max(3)` the body runs at most 4 times. Default: 2.
    pub const fn max(self, max: u32) -> Self {
        Retry { max, ..self }
    }

    /// How the pauses grow. Default: [`Backoff::Exp`].
    pub const fn backoff(self, backoff: Backoff) -> Self {
        Retry { backoff, ..self }
    }

    /// The first pause. Default: 500 ms.
    pub const fn base(self, base: Duration) -> Self {
        Retry { base, ..self }
    }

    /// What [`Backoff::Exp`] multiplies each pause by. Default: 2.
    ///
    /// # Panics
    /// If `factor` is below 1 or not finite.
    pub const fn factor(self, factor: f64) -> Self {
        assert!(factor >= 1.0 && factor.is_finite(), "`factor` of a retry must be 1 or more");
        Retry { factor, ..self }
    }

    /// The longest pause. Default: 8 s, or `base` where that is longer; 60 s for a delay that was asked for.
    ///
    /// A pause of our own is cut down to it. A delay that was asked for, by the server or by an open breaker or a full limit,
    /// never is: if it is longer, the call fails at once with the error that asked, because calling earlier than asked is
    /// worse than not calling.
    pub const fn cap(self, cap: Duration) -> Self {
        Retry { cap: Some(cap), ..self }
    }

    /// The share by which a pause is shortened at random at the most: 0 never, 0.5 "equal", 1 "full" jitter.
    /// Default: 0.25.
    ///
    /// # Panics
    /// If `jitter` is outside `0.0..=1.0`.
    pub const fn jitter(self, jitter: f64) -> Self {
        assert!(jitter >= 0.0 && jitter <= 1.0, "`jitter` of a retry must be between 0 and 1");
        Retry { jitter, ..self }
    }

    /// The time by which a delay that was asked for is lengthened at random at the most, so that all those who were told the
    /// same second do not come back in the same millisecond. Default: zero.
    ///
    /// [`cap`](Retry::cap) is for what was asked, [`within`](Retry::within) for the pause as it is. Pauses of our own have
    /// [`jitter`](Retry::jitter) instead.
    pub const fn spread(self, spread: Duration) -> Self {
        Retry { spread, ..self }
    }

    /// The time for all attempts and pauses together, from the start of the first attempt on, without the time that a human
    /// is asked in an attempt ([`Attempts::run`]). Default: none.
    ///
    /// A running body is not interrupted (that is what `#[timeout]` does): a pause that would end at this limit, or
    /// after it, is not begun, and the call fails with the error at hand.
    pub const fn within(self, within: Duration) -> Self {
        Retry { within: Some(within), ..self }
    }

    /// A budget that these retries share with others. Default: none.
    ///
    /// The policy is a `static` then, and not a `const`, which can't refer to a state. For a budget that is no `static`
    /// there are [`Attempts::budget`] and the option of `#[retry]`.
    ///
    /// ```
    /// use reliable::{Retry, RetryBudget};
    ///
    /// static BUDGET: RetryBudget = RetryBudget::aws();
    /// static POLICY: Retry = Retry::new().max(3).budget(&BUDGET);
    /// ```
    pub const fn budget(self, budget: &'static RetryBudget) -> Self {
        Retry { budget: Some(budget), ..self }
    }

    /// Begins one call: nothing has failed yet.
    #[inline]
    pub fn attempts(&self) -> Attempts<'_> {
        let started_us = if self.within.is_some() { now_us() } else { 0 };
        Attempts { retry: self, started_us, failed: 0, paid: Paid::NOTHING }
    }

    /// The pause before retry number `retry`, counted from 0; `random` gives a share in `0.0..1.0`.
    fn own_delay(&self, retry: u32, random: impl FnOnce() -> f64) -> Duration {
        if self.backoff == Backoff::None {
            return Duration::ZERO;
        }
        self.some_delay(retry, random)
    }

    #[inline(never)]
    fn some_delay(&self, retry: u32, random: impl FnOnce() -> f64) -> Duration {
        let delay = self.backoff.delay(retry, self.base, self.factor);
        if delay.is_zero() {
            return delay;
        }
        let cap = self.cap.unwrap_or(DEFAULT_CAP.max(self.base));
        jittered(delay.min(cap), self.jitter, random())
    }

    /// The delay that was asked for, and what it is spread by, unless it is longer than anybody would wait; `random` is in
    /// `0.0..1.0`.
    #[inline(never)]
    fn asked_delay(&self, asked: Duration, random: impl FnOnce() -> f64) -> Option<Duration> {
        if asked > self.cap.unwrap_or(DEFAULT_ASKED_CAP) {
            return None;
        }
        Some(if self.spread.is_zero() { asked } else { spread(asked, self.spread, random()) })
    }
}

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
    retry: &'a Retry,
    /// Only where there is a limit to look at it for.
    started_us: u64,
    failed: u32,
    /// What the last retry took from the budget.
    paid: Paid,
}

impl<'a> Attempts<'a> {
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
        BudgetedAttempts { attempts: self, budget }
    }
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
    attempts: Attempts<'a>,
    budget: &'a RetryBudget,
}

impl<'a> BudgetedAttempts<'a> {
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
            Err(error) => match self.failed(budget, tool, &error, inspect) {
                Some(pause) => ControlFlow::Continue(pause),
                None => ControlFlow::Break(R::from_result(Err(error))),
            },
        }
    }

    fn pause(&self, budget: Option<&'a RetryBudget>, delay: Duration) -> Pause<'a> {
        Pause::new(delay).paid(budget.map(|budget| UntilRetried::new(budget, self.paid)))
    }

    #[cold]
    #[inline(never)]
    fn failed<E>(&mut self, budget: Option<&'a RetryBudget>, tool: &'static str, error: &E, inspect: impl Fn(&E) -> Failure<'_>) -> Option<Pause<'a>> {
        let failure = inspect(error);
        if self.goes_on_at_once(budget, &failure) { return Some(Pause::new(Duration::ZERO)) }
        self.after_failure(budget, tool, &failure)
    }

    #[inline]
    fn goes_on_at_once(&mut self, budget: Option<&RetryBudget>, failure: &Failure<'_>) -> bool {
        let Retry { max, backoff, within, .. } = self.retry;
        let at_once = *backoff == Backoff::None && within.is_none() && budget.is_none() && self.failed < *max && failure.is_transient() && failure.retry_after().is_none() && !crate::seen::emit::is_heard();
        if at_once {
            self.failed += 1;
        }
        at_once
    }

    #[inline]
    fn after_success(&self, budget: Option<&RetryBudget>, tool: &'static str) {
        metrics::retry_ended(tool, self.failed > 0, None);
        if self.failed > 0 {
            recovered(tool, self.failed + 1);
        }
        if let Some(budget) = budget {
            budget.note_success(self.paid);
        }
    }

    fn after_failure(
        &mut self,
        budget: Option<&'a RetryBudget>,
        tool: &'static str,
        failure: &Failure<'_>,
    ) -> Option<Pause<'a>> {
        let retry = self.failed;
        self.failed = self.failed.saturating_add(1);
        let attempt = self.failed;
        match self.next_delay(budget, retry, failure) {
            Ok(delay) => {
                metrics::retrying(tool);
                emit(move || Event::Retrying { tool: tool.into(), attempt, error: failure.to_string(), pause: delay });
                Some(self.pause(budget, delay))
            }
            Err(reason) => {
                metrics::retry_ended(tool, retry > 0, Some(reason));
                emit(move || Event::GaveUp { tool: tool.into(), attempts: attempt, error: failure.to_string(), reason });
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
        let delay = match failure.retry_after() {
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
    fn started_later(&mut self, by: Duration) {
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

#[cold]
#[inline(never)]
fn recovered(tool: &'static str, attempts: u32) {
    emit(move || Event::Recovered { tool: tool.into(), attempts });
}
