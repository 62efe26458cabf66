//! A fault that is found again in the error of a tool.

use std::error::Error;
use std::fmt;

use crate::said::chain::causes;
use crate::said::fault::Fault;
use crate::said::fault_kind::FaultKind;
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
        for error in [error].into_iter().chain(causes(error)) {
            if let Some(fault) = error.downcast_ref::<Fault>() {
                return Some(FoundFault { error, kind: fault.kind() });
            }
            // A transparent wrapper hides the fault itself, but has its words, and its source, which is the kind.
            if let Some(&kind) = error.downcast_ref::<FaultKind>() {
                return Some(FoundFault { error: wrapper, kind });
            }
            wrapper = error;
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
