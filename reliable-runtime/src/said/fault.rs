//! What the runtime itself can say went wrong.

use std::error::Error;
use std::fmt::{self, Write};
use std::time::Duration;

use crate::said::fault_kind::FaultKind;
use crate::said::hidden_wait;
use crate::said::last_words::LastWords;
use crate::said::money::Usd;
use crate::said::name::ToolName;
use crate::said::words::{self, short};

/// Something that the runtime itself says went wrong: not the tool's own error, but a policy's word on the call.
///
/// A tool's error type takes it by `From<Fault>`, which one line of `thiserror` gives:
///
/// ```
/// #[derive(Debug, thiserror::Error)]
/// enum WeatherError {
///     #[error("the service is busy")]
///     Busy,
///     #[error(transparent)]
///     Fault(#[from] reliable::Fault),
/// }
/// ```
///
/// `anyhow::Error`, `Box<dyn Error + Send + Sync>`, `String` and `std::io::Error` take it as they are, and with the
/// features `rmcp` and `rig` the types of these frameworks.
///
/// The [`source`](Error::source) of every fault is its [`FaultKind`], so that a fault can be told from a tool's own
/// error even when it was wrapped or boxed: that is how a denial stays final through any number of error types. Where a fault
/// ends a call that a retry has tried before, what failed then comes between the two, in words: "last error: connection
/// refused". Two faults that differ in nothing else are equal, and `serde` leaves those words out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Fault {
    /// The call was given up, and its future dropped, when its time limit had passed.
    TimedOut {
        /// The function that took too long.
        tool: ToolName,
        /// The limit it was given.
        limit: Duration,
    },
    /// A human, or the lack of one, said no: the body did not run.
    Denied {
        /// The function that did not run.
        tool: ToolName,
        /// Why not, in the approver's words or the runtime's ("no approver is installed").
        reason: String,
    },
    /// Nobody answered in time: the body did not run.
    Expired {
        /// The function that did not run.
        tool: ToolName,
        /// How long the question stood open, where a limit was set.
        within: Option<Duration>,
    },
    /// A circuit breaker is open: the service has failed too often of late, and is left alone for a while.
    CircuitOpen {
        /// The function that was not called.
        tool: ToolName,
        /// The time left until the breaker lets a call through again; zero while its probes are under way, and
        /// [`Duration::MAX`] where it was isolated by hand.
        left: Duration,
    },
    /// A limit had no room for the call: the body did not run.
    Rejected {
        /// The function that was not called.
        tool: ToolName,
        /// What rejected it: "rate limit", "bulkhead", "failover" (its list of candidates is empty), or a policy of your
        /// own.
        by: ToolName,
        /// The time after which there is room again, where that is known.
        wait: Option<Duration>,
    },
    /// A policy of your own says that the call has failed, whatever its outcome was.
    Policy {
        /// The function.
        tool: ToolName,
        /// Why, in the policy's words.
        reason: String,
    },
    /// The tool was called as often as it may be in one run of an agent: the body did not run.
    CallLimit {
        /// The function that was not called.
        tool: ToolName,
        /// The calls that it may have.
        max: u32,
    },
    /// The agent had begun all the steps that it may take.
    StepLimit {
        /// The agent that was stopped.
        agent: ToolName,
        /// The steps it was allowed.
        max_steps: u32,
    },
    /// A charge, or the next step, does not fit in what is left of a budget; nothing was spent on it.
    OverBudget {
        /// The agent whose budget it is.
        agent: ToolName,
        /// The budget, and what was asked of it.
        budget: Box<BudgetExceeded>,
    },
    /// A charge named no price although the run has a money cap, so that nobody can say whether it fits.
    Unpriced {
        /// The agent whose budget it is.
        agent: ToolName,
    },
    /// The same action met the same result too many times.
    Stuck {
        /// The agent that was stopped.
        agent: ToolName,
        /// How often it happened.
        repeats: u32,
    },
    /// Too much was denied in a row: nobody is asked any more, and the run ends.
    TooManyDenials {
        /// The agent that was stopped.
        agent: ToolName,
        /// The denials in a row.
        denials: u32,
    },
}

/// What rejects a call that has nobody to go to.
pub(crate) const FAILOVER: &str = "failover";

/// What rejects a call, or lets it wait, while so many run.
pub(crate) const BULKHEAD: &str = "bulkhead";
/// The same, for a rate. It knows the time to wait, unless there never is so much room.
pub(crate) const RATE_LIMIT: &str = "rate limit";

/// The budget that a charge did not fit in.
///
/// ```
/// use reliable::{BudgetExceeded, Usd};
///
/// let budget = BudgetExceeded::Usd { max: Usd::cents(10), spent: Usd::cents(8), asked: Usd::cents(4) };
/// assert_eq!(budget.to_string(), "$0.04 asked with $0.08 of $0.10 spent");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum BudgetExceeded {
    /// Money.
    Usd {
        /// The cap.
        max: Usd,
        /// What was spent or reserved before.
        spent: Usd,
        /// What was asked for now.
        asked: Usd,
    },
    /// Tokens.
    Tokens {
        /// The cap.
        max: u64,
        /// What was spent or reserved before.
        spent: u64,
        /// What was asked for now.
        asked: u64,
    },
}

impl Fault {
    /// The kind of this fault.
    pub const fn kind(&self) -> FaultKind {
        match self {
            Fault::TimedOut { .. } => FaultKind::TimedOut,
            Fault::Denied { .. } => FaultKind::Denied,
            Fault::Expired { .. } => FaultKind::Expired,
            Fault::CircuitOpen { .. } => FaultKind::CircuitOpen,
            Fault::Rejected { .. } => FaultKind::Rejected,
            Fault::Policy { .. } => FaultKind::Policy,
            Fault::CallLimit { .. } => FaultKind::CallLimit,
            Fault::StepLimit { .. } => FaultKind::StepLimit,
            Fault::OverBudget { .. } | Fault::Unpriced { .. } => FaultKind::OverBudget,
            Fault::Stuck { .. } => FaultKind::Stuck,
            Fault::TooManyDenials { .. } => FaultKind::TooManyDenials,
        }
    }

    /// The time after which the same call may get through, where it was kept away from its service and that is known: what a
    /// retry waits if its `when` lets it follow.
    ///
    /// ```
    /// use reliable::Fault;
    /// use std::time::Duration;
    ///
    /// let left = Duration::from_secs(30);
    /// assert_eq!(Fault::CircuitOpen { tool: "forecast".into(), left }.wait(), Some(left));
    /// assert_eq!(Fault::TimedOut { tool: "forecast".into(), limit: left }.wait(), None, "it was called");
    /// ```
    pub fn wait(&self) -> Option<Duration> {
        // Nobody knows when one that is isolated will be closed.
        self.wait_or_for_ever().filter(|_| !matches!(self, Fault::CircuitOpen { left: Duration::MAX, .. }))
    }

    fn wait_or_for_ever(&self) -> Option<Duration> {
        match self {
            Fault::CircuitOpen { left, .. } => Some(*left),
            Fault::Rejected { wait, .. } => *wait,
            _ => None,
        }
        .filter(|wait| !wait.is_zero())
    }

    /// The same, where it ends a call that failed with an error of these words before.
    pub(crate) fn after_error(mut self, words: &str) -> Fault {
        let last_words = LastWords { words: words.into(), kind: self.kind() };
        if let Fault::TimedOut { tool, .. } | Fault::CircuitOpen { tool, .. } | Fault::Rejected { tool, .. } = &mut self
        {
            let name = std::mem::replace(tool, ToolName::from(""));
            *tool = name.with_last_words(last_words);
        }
        self
    }

    /// What its tool failed with before; of a name that was taken from another fault, nothing.
    pub(crate) fn last_words(&self) -> Option<&LastWords> {
        match self {
            Fault::TimedOut { tool, .. } | Fault::CircuitOpen { tool, .. } | Fault::Rejected { tool, .. } => {
                tool.last_words().filter(|words| words.kind == self.kind())
            }
            _ => None,
        }
    }
}

impl FaultKind {
    /// The kind of the fault that `error` is or wraps, however deep; `None` for a tool's own error.
    ///
    /// ```
    /// use reliable::{Fault, FaultKind};
    ///
    /// let denied = Fault::Denied { tool: "refund".into(), reason: "too much".into() };
    /// let wrapped = std::io::Error::other(denied);
    /// assert_eq!(FaultKind::of(&wrapped), Some(FaultKind::Denied));
    /// ```
    pub fn of(error: &(dyn Error + 'static)) -> Option<FaultKind> {
        match error.downcast_ref::<Fault>() {
            Some(fault) => Some(fault.kind()),
            None => FaultKind::below(error),
        }
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        hidden_wait::note_wait(self.wait_or_for_ever());
        Some(self.last_words().map_or(self.kind().as_error(), |words| words))
    }
}

impl fmt::Display for Fault {
    /// On one line: what foreign words could deceive with is escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        words::tell(f, |f| match self {
            Fault::TimedOut { tool, limit } => write!(f, "`{tool}` timed out after {limit:?}"),
            Fault::Denied { tool, reason } => write!(f, "`{tool}` was denied: {reason}"),
            Fault::Expired { tool, within: Some(within) } => {
                write!(f, "the approval of `{tool}` expired: nobody answered within {}", words::limit(*within))
            }
            Fault::Expired { tool, within: None } => {
                write!(f, "the approval of `{tool}` expired: nobody answered in time")
            }
            Fault::CircuitOpen { tool, left: Duration::ZERO } => {
                write!(f, "`{tool}` was not called: its circuit breaker waits for a probe")
            }
            Fault::CircuitOpen { tool, left: Duration::MAX } => {
                write!(f, "`{tool}` was not called: its circuit breaker is isolated until somebody closes it")
            }
            Fault::CircuitOpen { tool, left } => {
                write!(f, "`{tool}` was not called: its circuit breaker is open for another {}", short(*left))
            }
            Fault::Rejected { tool, by, wait: Some(wait) } => {
                write!(f, "`{tool}` was not called: the {by} has room again in {}", short(*wait))
            }
            Fault::Rejected { tool, by, wait: None } if **by == *FAILOVER => {
                write!(f, "`{tool}` was not called: the list of candidates in its `#[failover(… in …)]` is empty")
            }
            Fault::Rejected { tool, by, wait: None } if **by == *RATE_LIMIT => {
                write!(f, "`{tool}` was not called: its `cost` is above the `burst` of its `#[rate_limit]`")
            }
            Fault::Rejected { tool, by, wait: None } => write!(f, "`{tool}` was not called: the {by} has no room"),
            Fault::Policy { tool, reason } => write!(f, "`{tool}` failed: {reason}"),
            Fault::CallLimit { tool, max: 1 } => {
                write!(f, "`{tool}` was not called: it may be called once in one run, and it was")
            }
            Fault::CallLimit { tool, max } => {
                write!(f, "`{tool}` was not called: it may be called {max} times in one run, and it was")
            }
            Fault::StepLimit { agent, max_steps: 1 } => {
                write!(f, "`{agent}` stopped at its limit of 1 step")
            }
            Fault::StepLimit { agent, max_steps } => {
                write!(f, "`{agent}` stopped at its limit of {max_steps} steps")
            }
            Fault::OverBudget { agent, budget } => write!(f, "`{agent}` is over budget: {budget}"),
            Fault::Unpriced { agent } => {
                write!(f, "`{agent}` has a money cap, and a charge named no price")
            }
            Fault::Stuck { agent, repeats } => {
                write!(f, "`{agent}` is stuck: the same action met the same result {repeats} times")
            }
            Fault::TooManyDenials { agent, denials: 1 } => write!(f, "`{agent}` stopped after a denial"),
            Fault::TooManyDenials { agent, denials } => write!(f, "`{agent}` stopped after {denials} denials in a row"),
        })
    }
}

impl fmt::Display for BudgetExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BudgetExceeded::Usd { max, spent, asked } => {
                write!(f, "{asked} asked with {spent} of {max} spent")
            }
            BudgetExceeded::Tokens { max, spent, asked } => {
                write!(f, "{asked} tokens asked with {spent} of {max} spent")
            }
        }
    }
}

/// An error type that can carry a [`Fault`]. Implemented for every type that has `From<Fault>`; never by hand.
///
/// It exists for its error message: an attribute which can raise a fault, on a function whose error type has no
/// `From<Fault>`, says so in a sentence.
///
/// ```
/// use reliable::Fault;
/// use reliable::expansion::FromFault;
///
/// let error = String::from_fault(Fault::StepLimit { agent: "assistant".into(), max_steps: 8 });
/// assert_eq!(error, "`assistant` stopped at its limit of 8 steps");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot carry a `reliable::Fault`: add a variant `#[error(transparent)] Fault(#[from] reliable::Fault)` to it, or if it is a type of `rmcp` or `rig` turn on the feature of that name of `reliable`",
    label = "this error type needs `From<reliable::Fault>`",
    note = "`anyhow::Error`, `Box<dyn Error + Send + Sync>`, `String` and `std::io::Error` have it already"
)]
pub trait FromFault {
    /// The fault as this error type.
    fn from_fault(fault: Fault) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<Fault>> FromFault for E {
    fn from_fault(fault: Fault) -> Self {
        E::from(fault)
    }
}

/// How a fault becomes an error of type `E`: by [`FromFault`], or as the option `fault` says.
pub trait IntoError<E> {
    /// The fault as an error.
    fn error(&self, fault: Fault) -> E;
}

/// By [`FromFault`].
#[derive(Debug, Clone, Copy)]
pub struct ByFrom;

impl<E: FromFault> IntoError<E> for ByFrom {
    fn error(&self, fault: Fault) -> E {
        E::from_fault(fault)
    }
}

/// By a function.
#[derive(Debug, Clone, Copy)]
pub struct ByFn<I>(pub I);

impl<E, I: Fn(Fault) -> E> IntoError<E> for ByFn<I> {
    fn error(&self, fault: Fault) -> E {
        (self.0)(fault)
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> String {
        match fault.last_words() {
            Some(last_words) => format!("{fault}; {last_words}"),
            None => fault.to_string(),
        }
    }
}

impl From<Fault> for std::io::Error {
    fn from(fault: Fault) -> std::io::Error {
        use std::io::ErrorKind;
        let kind = match fault.kind() {
            FaultKind::TimedOut => ErrorKind::TimedOut,
            kind if kind.is_refusal() => ErrorKind::PermissionDenied,
            _ => ErrorKind::Other,
        };
        std::io::Error::new(kind, fault)
    }
}
