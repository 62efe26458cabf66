//! What a human is asked, and what the human says.

use std::fmt::{self, Display, Write};

use crate::said::name::ToolName;
use crate::said::words;

/// What a human is asked: may this function run, with these arguments?
///
/// Its `Display` is the call on one line. Words that come from outside, as those of an argument, have escapes for what could
/// deceive the eye, and are cut where they are long.
///
/// ```
/// use reliable::{Approver, Decision, Request};
///
/// struct SmallSums;
///
/// impl Approver for SmallSums {
///     async fn review(&self, request: &Request) -> Decision {
///         println!("{request}, because {}", request.reason.as_deref().unwrap_or("it is asked"));
///         match request.arguments.iter().find(|argument| argument.name == "amount") {
///             Some(amount) if amount.value.as_deref() == Some("1") => Decision::approve(),
///             _ => Decision::deny("not a small sum"),
///         }
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Request {
    /// The function.
    pub tool: ToolName,
    /// Why a human is asked, in the words of the option `reason`.
    pub reason: Option<String>,
    /// The arguments, in the order of the signature.
    pub arguments: Vec<Argument>,
}

/// An argument of a [`Request`]; see there for an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Argument {
    /// The name of the parameter.
    pub name: ToolName,
    /// Its value in words; `None` where it is redacted.
    pub value: Option<String>,
}

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
    Approved {
        /// Who said so, where that is known.
        by: Option<String>,
    },
    /// No: the body does not run.
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
    pub fn by(self, who: impl Into<String>) -> Self {
        let by = Some(who.into());
        match self {
            Decision::Approved { .. } => Decision::Approved { by },
            Decision::Denied { reason, .. } => Decision::Denied { by, reason },
            Decision::Expired => Decision::Expired,
        }
    }

    /// The same in words that may go into an event, a log or a fault.
    pub(crate) fn told(self) -> Self {
        let who = |by: Option<String>| by.map(words::name);
        match self {
            Decision::Approved { by } => Decision::Approved { by: who(by) },
            Decision::Denied { by, reason } => Decision::Denied { by: who(by), reason: words::told(&reason) },
            Decision::Expired => Decision::Expired,
        }
    }
}

impl<E: Display> From<Result<Decision, E>> for Decision {
    /// An approver that fails has not approved.
    fn from(answer: Result<Decision, E>) -> Decision {
        answer.unwrap_or_else(|error| Decision::deny(format!("the approver failed: {}", words::told(&error))))
    }
}

impl Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        words::show(f, |f| {
            write!(f, "{}(", self.tool)?;
            for (i, argument) in self.arguments.iter().enumerate() {
                let comma = if i == 0 { "" } else { ", " };
                let value = argument.value.as_deref().unwrap_or("<redacted>");
                write!(f, "{comma}{} = {value}", argument.name)?;
            }
            f.write_str(")")
        })
    }
}
