//! A fault that is found again in the error of a tool.

use std::error::Error;
use std::fmt;

use crate::said::chain::and_causes;
use crate::said::fault::Fault;
use crate::said::fault_kind::FaultKind;
use crate::said::last_words::LastWords;
use crate::said::words;

/// What is found of a [`Fault`] in an error that is one or wraps one, however deep: made by [`Fault::find`].
///
/// Its `Display` has the fault's words.
///
/// ```
/// use reliable::{Fault, FaultKind};
///
/// #[derive(Debug, thiserror::Error)]
/// enum MailError {
///     #[error("the server said {0}")]
///     Server(u16),
///     #[error(transparent)]
///     Fault(#[from] Fault),
/// }
///
/// let denied = MailError::from(Fault::Denied { tool: "send".into(), reason: "not today".into() });
/// let wrapped = std::io::Error::other(denied);
/// let found = Fault::find(&wrapped).unwrap();
/// assert_eq!(found.kind(), FaultKind::Denied);
/// assert_eq!(found.to_string(), "`send` was denied: not today");
/// assert!(found.model_feedback().ends_with("Do not call it again unless the user asks you to."));
///
/// assert!(Fault::find(&MailError::Server(550)).is_none(), "that is the tool's own");
/// ```
#[derive(Clone, Copy)]
pub struct FoundFault<'e> {
    /// The fault, or what hides it and has its words.
    error: &'e (dyn Error + 'static),
    kind: FaultKind,
}

impl Fault {
    /// The fault that `error` is or wraps; `None` for a tool's own error.
    ///
    /// A `Box<dyn Error>` and an `anyhow::Error` are passed as what is in them: `Fault::find(&*error)`.
    pub fn find<'e>(error: &'e (dyn Error + 'static)) -> Option<FoundFault<'e>> {
        let mut wrapper = error;
        for error in and_causes(error) {
            if let Some(fault) = error.downcast_ref::<Fault>() {
                return Some(FoundFault { error, kind: fault.kind() });
            }
            // A transparent wrapper hides the fault itself, but has its words, and its source, which is the kind.
            if let Some(&kind) = error.downcast_ref::<FaultKind>() {
                return Some(FoundFault { error: wrapper, kind });
            }
            if !error.is::<LastWords>() {
                wrapper = error;
            }
        }
        None
    }
}

impl<'e> FoundFault<'e> {
    /// The kind of the fault.
    pub fn kind(&self) -> FaultKind {
        self.kind
    }

    /// The fault itself; `None` if a wrapper hides it, as `#[error(transparent)]` does.
    pub fn fault(&self) -> Option<&'e Fault> {
        self.error.downcast_ref()
    }

    /// What a retry failed with before this fault ended its call, if a `#[circuit_breaker]` below it or a `#[timeout]` above it
    /// did: the words of that error, escaped, and cut at 200 bytes.
    ///
    /// ```
    /// use reliable::{Fault, circuit_breaker, retry};
    ///
    /// #[derive(Debug, thiserror::Error)]
    /// enum MailError {
    ///     #[error("connection refused")]
    ///     Refused,
    ///     #[error(transparent)]
    ///     Fault(#[from] Fault),
    /// }
    ///
    /// #[retry(max = 5)]
    /// #[circuit_breaker(failures = 2)]
    /// async fn send() -> Result<(), MailError> {
    ///     Err(MailError::Refused)
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let error = send().await.unwrap_err();
    /// assert!(error.to_string().contains("its circuit breaker is open"));
    /// assert_eq!(Fault::find(&error).unwrap().last_error(), Some("connection refused"));
    /// # }
    /// ```
    pub fn last_error(&self) -> Option<&'e str> {
        let last_words = and_causes(self.error).find_map(|error| match error.downcast_ref::<Fault>() {
            Some(fault) => fault.last_words(),
            None => error.downcast_ref::<LastWords>(),
        })?;
        Some(&last_words.words)
    }

    /// What a model is told of it: [`Fault::model_feedback`].
    pub fn model_feedback(&self) -> String {
        match self.fault() {
            Some(fault) => fault.model_feedback(),
            None => self.kind.model_feedback(&words::told(&self.error)),
        }
    }
}

impl fmt::Display for FoundFault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::told(&self.error))
    }
}

impl fmt::Debug for FoundFault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FoundFault").field("kind", &self.kind).field("error", &self.error).finish()
    }
}
