//! `#[fallback]`: the last resort when a call has failed.

use std::ops::ControlFlow;

use crate::said::event::Which;
use crate::seen::emit::{is_heard, tell};
use crate::seen::failure::Failure;
use crate::seen::metrics;
use crate::seen::outcome::Outcome;

/// Decides whether a failed call gets a fallback.
#[derive(Debug, Clone, Copy)]
pub struct Fallback;

impl Fallback {
    /// `Break` with an outcome to keep, or `Continue` with the error that the fallback is to answer.
    ///
    /// Every error is answered, and every fault too (a timeout, a step limit), but not a denial or an expired approval:
    /// only a `when` of one's own can ask for that.
    ///
    /// ```
    /// use reliable::expansion::{Fallback, Inspect};
    /// use std::ops::ControlFlow;
    ///
    /// let outcome: Result<u32, &str> = Err("down");
    /// let answer = match Fallback::settle("price", outcome, |error| Inspect::new(error).failure()) {
    ///     ControlFlow::Break(outcome) => outcome,
    ///     ControlFlow::Continue(_error) => Ok(42),
    /// };
    /// assert_eq!(answer, Ok(42));
    /// ```
    #[inline]
    pub fn settle<R: Outcome>(
        tool: &'static str,
        outcome: R,
        inspect: impl Fn(&R::Error) -> Failure<'_>,
    ) -> ControlFlow<R, R::Error> {
        match outcome.into_result() {
            Ok(value) => ControlFlow::Break(R::from_result(Ok(value))),
            Err(error) => {
                let failure = inspect(&error);
                if !failure.is_answerable() {
                    return ControlFlow::Break(R::from_result(Err(error)));
                }
                if is_heard(Which::FellBack) || metrics::is_heard() {
                    fell_back(tool, &{ failure });
                }
                ControlFlow::Continue(error)
            }
        }
    }

    /// The same, where a value that `refuses` is true of is answered, too: so there may be no error to hand on.
    ///
    /// ```
    /// use reliable::expansion::{Fallback, Inspect};
    ///
    /// let settle = |answer: &'static str| {
    ///     let outcome = Ok::<_, String>(answer);
    ///     Fallback::settle_ok("ask", outcome, |error| Inspect::new(error).failure(), |answer| answer.is_empty())
    /// };
    /// assert_eq!(settle("hello").break_value(), Some(Ok("hello")));
    /// assert!(settle("").is_continue());
    /// ```
    #[inline]
    pub fn settle_ok<R: Outcome>(
        tool: &'static str,
        outcome: R,
        inspect: impl Fn(&R::Error) -> Failure<'_>,
        refuses: impl Fn(&R::Value) -> bool,
    ) -> ControlFlow<R> {
        match outcome.into_result() {
            Ok(value) if refuses(&value) => {
                fell_back(tool, &Failure::REFUSED_VALUE);
                ControlFlow::Continue(())
            }
            result => match Fallback::settle(tool, R::from_result(result), inspect) {
                ControlFlow::Break(outcome) => ControlFlow::Break(outcome),
                ControlFlow::Continue(_error) => ControlFlow::Continue(()),
            },
        }
    }
}

#[cold]
#[inline(never)]
fn fell_back(tool: &'static str, failure: &Failure<'_>) {
    metrics::fell_back(tool);
    tell!(FellBack { tool: tool.into(), error: failure.told() });
}
