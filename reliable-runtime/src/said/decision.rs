//! What a human says to a question.

use std::fmt::Display;

use crate::said::words;

/// What the human said.
///
/// ```
/// use reliable::Decision;
///
/// let yes = Decision::approve().by("ana");
/// let no = Decision::deny("too much").by("ana");
/// let broken: Result<Decision, &str> = Err("the queue is down");
/// assert_eq!(Decision::from(broken), Decision::deny("the approver failed: the queue is down"));
/// # let _ = (yes, no);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
#[must_use = "a decision does nothing until it is given to who asked"]
pub enum Decision {
    /// Yes: the body runs.
    #[non_exhaustive]
    Approved {
        /// Who said so, where that is known.
        by: Option<String>,
    },
    /// No: the body does not run.
    #[non_exhaustive]
    Denied {
        /// Who said so, where that is known.
        by: Option<String>,
        /// Why.
        reason: String,
    },
    /// Nobody answered in time: the body does not run.
    Expired,
}

impl Decision {
    /// Yes.
    pub const fn approve() -> Self {
        Decision::Approved { by: None }
    }

    /// No, and why.
    pub fn deny(reason: impl Into<String>) -> Self {
        Decision::Denied { by: None, reason: reason.into() }
    }

    /// Who decided.
    pub fn by(mut self, who: impl Into<String>) -> Self {
        if let Decision::Approved { by } | Decision::Denied { by, .. } = &mut self {
            *by = Some(who.into());
        }
        self
    }

    /// The same in words that may go into an event, a log or a fault.
    pub(crate) fn told(mut self) -> Self {
        if let Decision::Approved { by } | Decision::Denied { by, .. } = &mut self {
            *by = by.take().map(words::name);
        }
        if let Decision::Denied { reason, .. } = &mut self {
            *reason = words::told(reason);
        }
        self
    }
}

impl<E: Display> From<Result<Decision, E>> for Decision {
    /// An approver that fails has not approved.
    fn from(answer: Result<Decision, E>) -> Decision {
        answer.unwrap_or_else(|error| Decision::deny(format!("the approver failed: {}", words::told(&error))))
    }
}
