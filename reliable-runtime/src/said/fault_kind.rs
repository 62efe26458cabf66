//! The kinds of faults: one table.

use std::error::Error;
use std::fmt;

use crate::said::chain::causes;

/// Each line is a kind: what it is for, its name for machines, and what follows from it.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident, $name:literal, $says:literal;)*) => {
        /// Which kind of [`Fault`](super::fault::Fault) it was, found again in any error that wraps one.
        ///
        /// It is the [`source`](Error::source) of every fault; its text says what follows from a fault of this kind.
        ///
        /// ```
        /// use reliable::{Fault, FaultKind};
        ///
        /// let fault = Fault::StepLimit { agent: "assistant".into(), max_steps: 8 };
        /// assert_eq!(fault.kind(), FaultKind::StepLimit);
        /// assert!(fault.kind().is_final(), "no retry may follow");
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[non_exhaustive]
        pub enum FaultKind {
            $($(#[$doc])* $kind,)*
        }

        impl FaultKind {
            /// All of them, each at the place of its number.
            pub(crate) const ALL: &[FaultKind] = &[$(FaultKind::$kind,)*];

            /// Its name, for machines: `timed_out`.
            ///
            /// ```
            /// assert_eq!(reliable::FaultKind::TimedOut.name(), "timed_out");
            /// ```
            pub const fn name(self) -> &'static str {
                match self {
                    $(FaultKind::$kind => $name,)*
                }
            }
        }

        impl fmt::Display for FaultKind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(FaultKind::$kind => $says,)*
                })
            }
        }
    };
}

kinds! {
    /// [`Fault::TimedOut`](super::fault::Fault::TimedOut)
    TimedOut, "timed_out", "a time limit passed; the call may be tried again";
    /// [`Fault::Denied`](super::fault::Fault::Denied)
    Denied, "denied", "a denial is final; it is never retried";
    /// [`Fault::Expired`](super::fault::Fault::Expired)
    Expired, "expired", "an approval expired unanswered; the call is never retried";
    /// [`Fault::CircuitOpen`](super::fault::Fault::CircuitOpen)
    CircuitOpen, "circuit_open", "an open circuit breaker keeps calls away from a failing service";
    /// [`Fault::Rejected`](super::fault::Fault::Rejected)
    Rejected, "rejected", "a limit keeps calls away that there is no room for";
    /// [`Fault::Policy`](super::fault::Fault::Policy)
    Policy, "policy", "a policy took the call for a failure; it may be tried again";
    /// [`Fault::CallLimit`](super::fault::Fault::CallLimit)
    CallLimit, "call_limit", "a limit of calls is final; the call is never retried";
    /// [`Fault::StepLimit`](super::fault::Fault::StepLimit)
    StepLimit, "step_limit", "a step limit is final; it is never retried";
    /// [`Fault::OverBudget`](super::fault::Fault::OverBudget) and [`Fault::Unpriced`](super::fault::Fault::Unpriced)
    OverBudget, "over_budget", "a budget is final; the call is never retried";
    /// [`Fault::Stuck`](super::fault::Fault::Stuck)
    Stuck, "stuck", "a stuck run is final; it is never retried";
    /// [`Fault::TooManyDenials`](super::fault::Fault::TooManyDenials)
    TooManyDenials, "too_many_denials", "too many denials are final; the call is never retried";
}

impl Error for FaultKind {}

impl FaultKind {
    /// The kind with this name.
    #[cfg(feature = "rmcp")]
    pub(crate) fn named(name: &str) -> Option<FaultKind> {
        FaultKind::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// The same as a `static`, which an error can point to.
    pub(crate) fn as_error(self) -> &'static (dyn Error + 'static) {
        &FaultKind::ALL[self as usize]
    }

    /// The kind of the fault that `error` wraps, however deep. One that is a fault itself is found, too: by its source.
    pub(crate) fn below(error: &dyn Error) -> Option<FaultKind> {
        causes(error).find_map(|cause| cause.downcast_ref().copied())
    }

    /// The same, where `error` may be the kind itself.
    pub(crate) fn at_or_below(error: &(dyn Error + 'static)) -> Option<FaultKind> {
        error.downcast_ref().copied().or_else(|| FaultKind::below(error))
    }

    /// What OpenTelemetry calls an error that is or wraps a fault of this kind, or that only its own type knows.
    #[cfg(any(feature = "metrics", feature = "tracing"))]
    pub(crate) fn error_type(kind: Option<FaultKind>) -> &'static str {
        kind.map_or("_OTHER", FaultKind::name)
    }

    /// Whether no retry may follow, whatever the user's condition says.
    pub const fn is_final(self) -> bool {
        !matches!(self, FaultKind::TimedOut | FaultKind::CircuitOpen | FaultKind::Rejected | FaultKind::Policy)
    }

    /// Whether the service was not called, because a breaker or a limit stood before it.
    pub const fn is_rejection(self) -> bool {
        matches!(self, FaultKind::CircuitOpen | FaultKind::Rejected)
    }

    /// Whether the call was not allowed to run: denied, never answered, or not even asked about after too many denials.
    pub const fn is_refusal(self) -> bool {
        matches!(self, FaultKind::Denied | FaultKind::Expired | FaultKind::TooManyDenials)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_the_source_of_its_faults() {
        for kind in FaultKind::ALL {
            assert_eq!(kind.as_error().downcast_ref(), Some(kind));
        }
    }
}
