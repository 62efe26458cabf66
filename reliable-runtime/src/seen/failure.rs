//! What is known of an error.

use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::time::Duration;

use crate::said::fault_kind::FaultKind;
use crate::said::hidden_wait::fault_below;
use crate::said::words;
use crate::seen::transient::Transient;

/// What a policy knows of an error when it decides; as [`Policy::after`](crate::policies::policy::Policy::after) is shown it.
///
/// ```
/// use reliable::expansion::Inspect;
///
/// let failure = Inspect::new(&"503 service unavailable").failure();
/// assert!(failure.is_transient(), "every error is, unless something speaks against it");
/// assert!(!failure.when(false).is_transient(), "such as the option `when`");
/// assert_eq!(failure.to_string(), "503 service unavailable");
/// ```
#[derive(Clone, Copy)]
#[must_use = "what is known of an error decides nothing by itself"]
pub struct Failure<'a> {
    words: Words<'a>,
    fault: Option<FaultKind>,
    /// What the error says itself.
    transient: Option<bool>,
    when: Option<bool>,
    /// What the server asked for; never zero.
    after: Option<Duration>,
    /// What the fault says, where it is a rejection; [`Duration::MAX`] where nobody knows.
    wait: Option<Duration>,
}

#[derive(Clone, Copy)]
pub(crate) enum Words<'a> {
    Error(&'a dyn Error),
    Display(&'a dyn Display),
    Debug(&'a dyn Debug),
    TypeName(&'static str),
    /// There is no error: a value was refused.
    RefusedValue,
}

impl Words<'_> {
    pub(crate) fn name_of<T>(_: &T) -> Self {
        Words::TypeName(std::any::type_name::<T>())
    }
}

impl Failure<'static> {
    /// A value that counts as a failure, by the option `when_ok`. It is transient, like an error of which nothing is known.
    pub(crate) const REFUSED_VALUE: Self = Failure::of_words(Words::RefusedValue);
}

impl<'a> Failure<'a> {
    #[inline]
    pub(crate) fn of_error(error: &'a dyn Error) -> Self {
        let failure = Failure::of_words(Words::Error(error));
        // A fault's source is its kind: so the search finds a fault which is the error itself, too.
        match fault_below(error) {
            Some((fault, wait)) => Failure { fault: Some(fault), wait, ..failure },
            None => failure,
        }
    }

    #[inline]
    pub(crate) const fn of_words(words: Words<'a>) -> Self {
        Failure { words, fault: None, transient: None, when: None, after: None, wait: None }
    }

    #[inline]
    pub(crate) fn judged_by(self, error: &'a impl Transient) -> Self {
        Failure {
            words: error.words().map_or(self.words, Words::Display),
            fault: self.fault.or_else(|| error.fault()),
            transient: Some(error.is_transient()),
            ..self
        }
        .after(error.retry_after())
    }

    /// Answers the user's own condition, the option `when`. It beats what the error says itself.
    #[inline]
    pub fn when(self, when: bool) -> Self {
        Failure { when: Some(when), ..self }
    }

    /// The delay that the server asked for, the option `after`. It beats what the error says itself.
    #[inline]
    pub fn after(self, after: Option<Duration>) -> Self {
        Failure { after: after.filter(|delay| !delay.is_zero()), ..self }
    }

    /// The kind of the fault that the error is or wraps.
    pub fn fault(&self) -> Option<FaultKind> {
        self.fault
    }

    /// Whether the call was denied, its approval expired, or nobody is asked any more after too many denials.
    pub fn is_refusal(&self) -> bool {
        self.fault.is_some_and(FaultKind::is_refusal)
    }

    /// Whether the service was not called, because a breaker or a limit stood before it.
    pub fn is_rejection(&self) -> bool {
        self.fault.is_some_and(FaultKind::is_rejection)
    }

    /// Whether the service was called at all: not if the call was refused or rejected before, or if an agent's budget or its
    /// limit of calls had no room for it.
    pub fn was_called(&self) -> bool {
        !self.is_refusal() && !self.had_no_room()
    }

    /// Whether there was no room for the call, in a limit or in a budget: that says nothing about any other call.
    fn had_no_room(&self) -> bool {
        self.is_rejection() || matches!(self.fault, Some(FaultKind::OverBudget | FaultKind::CallLimit))
    }

    /// Whether the error says that the service is not well: `when` says so, or was not given.
    pub fn is_failure(&self) -> bool {
        self.when.unwrap_or(true)
    }

    /// Whether the same call may be tried again: `when` says so, or was not given, the service was called, and the error
    /// does not say otherwise of itself ([`Transient`]). Never if the error carries a fault that is final.
    #[inline]
    pub fn is_transient(&self) -> bool {
        let says = self.when.or(self.transient);
        match self.fault {
            None => says.unwrap_or(true),
            Some(fault) if fault.is_rejection() => self.when.unwrap_or(false),
            Some(fault) => says.unwrap_or(true) && !fault.is_final(),
        }
    }

    /// Whether the attempts that still run beside the failed one are in vain, too: `when` says so, or was not given and the
    /// error says so of itself. That there was no room for this one is no word on those which got through.
    pub(crate) fn ends_race(&self) -> bool {
        let by_default = self.transient != Some(false) || self.had_no_room();
        let is_final = self.fault.is_some_and(FaultKind::is_final) && !self.had_no_room();
        !self.when.unwrap_or(by_default) || is_final
    }

    /// Whether another candidate may do better: `when` says so, or was not given, and neither does the error speak against it
    /// nor is its fault final. That there was no room for this one, or that its breaker is open, is no word on the others.
    pub(crate) fn goes_elsewhere(&self) -> bool {
        if self.is_rejection() { self.when.unwrap_or(true) } else { self.is_transient() }
    }

    /// Whether a fallback may answer: `when` says so, or was not given and the call was not refused.
    pub fn is_answerable(&self) -> bool {
        self.when.unwrap_or(!self.is_refusal())
    }

    /// Its words, for an event. (`to_string` would copy them.)
    pub(crate) fn told(&self) -> String {
        self.told_by(words::told)
    }

    /// Its words, where they come with a fault.
    pub(crate) fn brief(&self) -> String {
        self.told_by(words::brief)
    }

    fn told_by(&self, tell: fn(&dyn Display) -> String) -> String {
        match self.words {
            Words::Error(error) => tell(&error),
            Words::Display(error) => tell(error),
            Words::Debug(error) => tell(&format_args!("{error:?}")),
            Words::TypeName(name) => format!("<{name}>"),
            Words::RefusedValue => "the value was refused".to_owned(),
        }
    }

    /// The delay that was asked for: by the server, or else by a breaker or a limit that kept the call away from it.
    #[inline]
    pub fn retry_after(&self) -> Option<Duration> {
        self.after.or(self.wait.filter(|wait| *wait < Duration::MAX))
    }

    /// The same, and [`Duration::MAX`] of a breaker that somebody has to close.
    #[inline]
    pub(crate) fn asks_for(&self) -> Option<Duration> {
        self.after.or(self.wait)
    }
}

impl Display for Failure<'_> {
    /// The words of the error, which are foreign: what can deceive is escaped, what is long is cut, a URL loses its query and
    /// its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told())
    }
}

impl Debug for Failure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure").field("words", &self.to_string()).field("fault", &self.fault).finish_non_exhaustive()
    }
}
