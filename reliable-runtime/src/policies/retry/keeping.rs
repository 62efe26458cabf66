//! Attempts that keep what failed last, for the fault that ends their call.

use std::ops::ControlFlow;

use crate::policies::retry::attempts::{Attempts, BudgetedAttempts};
use crate::policies::retry::budget::RetryBudget;
use crate::policies::retry::pause::Pause;
use crate::said::fault::Fault;
use crate::seen::failure::Failure;
use crate::seen::last_error::Noted;
use crate::seen::outcome::Outcome;

/// [`Attempts`] that keep what the last one failed with, in words: made by [`Attempts::keeping`].
///
/// This is the loop that `#[retry]` above `#[circuit_breaker]` writes:
///
/// ```
/// use reliable::expansion::Inspect;
/// use reliable::{CircuitBreaker, Fault, Retry};
/// use std::error::Error;
/// use std::ops::ControlFlow;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let (retry, breaker) = (Retry::new().max(5), CircuitBreaker::new().failures(2));
/// let mut attempts = retry.attempts().keeping();
/// let outcome = loop {
///     let outcome: Result<(), Box<dyn Error>> = match breaker.admit("call") {
///         Ok(permit) => {
///             permit.settle("call", Err("connection refused".into()), |error| Inspect::new(error).failure())
///         }
///         Err(fault) => Err(attempts.add_to(fault).into()),
///     };
///     let pause = match attempts.settle("call", outcome, |error| Inspect::new(error).failure()) {
///         ControlFlow::Break(outcome) => break attempts.end(outcome),
///         ControlFlow::Continue(pause) => pause,
///     };
///     pause.await;
/// };
/// let error = outcome.unwrap_err();
/// assert!(error.to_string().contains("circuit breaker is open"));
/// assert_eq!(Fault::find(&*error).unwrap().last_error(), Some("connection refused"));
/// # }
/// ```
#[derive(Debug)]
pub struct KeepingAttempts<A> {
    attempts: A,
    noted: Noted,
}

impl<'a> Attempts<'a> {
    /// Keeps what an attempt failed with until the next one has begun, for a fault that ends the call in its place.
    #[inline]
    #[must_use]
    pub fn keeping(self) -> KeepingAttempts<Attempts<'a>> {
        KeepingAttempts { attempts: self, noted: Noted::NOTHING }
    }
}

impl<'a> BudgetedAttempts<'a> {
    /// As [`Attempts::keeping`].
    #[inline]
    #[must_use]
    pub fn keeping(self) -> KeepingAttempts<BudgetedAttempts<'a>> {
        KeepingAttempts { attempts: self, noted: Noted::NOTHING }
    }
}

/// Attempts, with a budget or without.
trait Parts<'a> {
    fn parts(&mut self) -> (&mut Attempts<'a>, Option<&'a RetryBudget>);

    fn number(&self) -> u32;
}

impl<'a> Parts<'a> for Attempts<'a> {
    #[inline]
    fn parts(&mut self) -> (&mut Attempts<'a>, Option<&'a RetryBudget>) {
        let budget = self.retry.budget;
        (self, budget)
    }

    #[inline]
    fn number(&self) -> u32 {
        Attempts::number(self)
    }
}

impl<'a> Parts<'a> for BudgetedAttempts<'a> {
    #[inline]
    fn parts(&mut self) -> (&mut Attempts<'a>, Option<&'a RetryBudget>) {
        (&mut self.attempts, Some(self.budget))
    }

    #[inline]
    fn number(&self) -> u32 {
        BudgetedAttempts::number(self)
    }
}

impl<A> KeepingAttempts<A> {
    /// The fault, with what was kept.
    #[inline]
    pub fn add_to(&mut self, fault: Fault) -> Fault {
        self.noted.add_to(fault)
    }

    /// Ends with the outcome that the call was settled with.
    #[inline]
    pub fn end<R>(self, outcome: R) -> R {
        // Nothing is kept any more: a call that goes well need not look.
        std::mem::forget(self.noted);
        outcome
    }
}

#[expect(private_bounds, reason = "nobody implements it by hand")]
impl<'a, A: Parts<'a>> KeepingAttempts<A> {
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
        match outcome.into_result() {
            Ok(value) => {
                self.after_success(tool);
                ControlFlow::Break(R::from_result(Ok(value)))
            }
            Err(error) => match self.failed(tool, &inspect(&error)) {
                Some(pause) => ControlFlow::Continue(pause),
                None => ControlFlow::Break(R::from_result(Err(error))),
            },
        }
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
        match outcome.into_result() {
            Ok(value) if refuses(&value) => match self.failed(tool, &Failure::REFUSED_VALUE) {
                Some(pause) => ControlFlow::Continue(pause),
                None => ControlFlow::Break(R::from_result(Ok(value))),
            },
            result => self.settle(tool, R::from_result(result), inspect),
        }
    }

    #[inline]
    fn after_success(&mut self, tool: &'static str) {
        let (attempts, budget) = self.attempts.parts();
        if !attempts.failed.is_nothing() {
            self.noted.clear();
        }
        attempts.after_success(budget, tool);
    }

    #[inline]
    fn failed(&mut self, tool: &'static str, failure: &Failure<'_>) -> Option<Pause<'a>> {
        let (attempts, budget) = self.attempts.parts();
        // Of a call that ends with this very error nothing has to be kept: so in an outage no words are made.
        if attempts.is_over_at_once(budget, failure) {
            self.noted.clear();
            return None;
        }
        self.after_failure(tool, failure)
    }

    #[cold]
    #[inline(never)]
    fn after_failure(&mut self, tool: &'static str, failure: &Failure<'_>) -> Option<Pause<'a>> {
        let (attempts, budget) = self.attempts.parts();
        let pause = attempts.after_failure(budget, tool, failure);
        match pause {
            Some(_) => self.noted.note(failure),
            None => self.noted.clear(),
        }
        pause
    }
}
