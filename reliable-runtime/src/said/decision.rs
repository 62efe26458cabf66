//! What a human says to a question.

use std::fmt::Display;

use crate::said::edits::Edits;
#[cfg(feature = "serde")]
use crate::said::json::written;
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
        /// What of the call is to be another than was asked about.
        #[cfg_attr(feature = "serde", serde(default))]
        edits: Edits,
        /// Whether it is to hold for later calls, too.
        #[cfg_attr(feature = "serde", serde(default))]
        remember: bool,
    },
    /// No: the body does not run.
    #[non_exhaustive]
    Denied {
        /// Who said so, where that is known.
        by: Option<String>,
        /// Why.
        reason: String,
        /// Whether it is to hold for later calls, too.
        #[cfg_attr(feature = "serde", serde(default))]
        remember: bool,
    },
    /// Nobody answered in time: the body does not run.
    Expired,
}

impl Decision {
    /// Yes.
    pub const fn approve() -> Self {
        Decision::Approved { by: None, edits: Edits::none(), remember: false }
    }

    /// No, and why.
    pub fn deny(reason: impl Into<String>) -> Self {
        Decision::Denied { by: None, reason: reason.into(), remember: false }
    }

    /// Who decided.
    pub fn by(mut self, who: impl Into<String>) -> Self {
        if let Decision::Approved { by, .. } | Decision::Denied { by, .. } = &mut self {
            *by = Some(who.into());
        }
        self
    }

    /// The same for later calls, too, as long as [`Grants`](crate::approval::grants::Grants) keep it: those of which
    /// [`Request::remember`](crate::said::request::Request::remember) says that it can be remembered for them. A no that is
    /// remembered goes before a yes.
    ///
    /// Where nothing can be remembered it is the same answer without this, and so it is of a yes that corrects something.
    ///
    /// ```
    /// use reliable::{Decision, Fault, Grants, Scope, approver::Scripted, requires_approval};
    ///
    /// #[requires_approval(remember(to))]
    /// async fn send_email(to: &str, body: &str) -> Result<(), Fault> {
    ///     Ok(())
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let ana = Scripted::new([Decision::approve().by("ana").remember()]);
    /// let scope = Scope::current().approver(ana.clone()).grants(&Grants::new());
    /// scope.clone().run(send_email("bob", "Good morning")).await.unwrap();
    /// scope.run(send_email("bob", "Good night")).await.unwrap();
    /// assert_eq!(ana.requests().len(), 1, "she was asked once");
    /// # }
    /// ```
    pub fn remember(mut self) -> Self {
        if let Decision::Approved { remember, .. } | Decision::Denied { remember, .. } = &mut self {
            *remember = true;
        }
        self
    }

    /// Yes, but with another value for an argument: one that [`Argument::editable`](crate::said::request::Argument) says may
    /// be corrected. The function runs with that value, and its policies and the events tell of the call as it ran. The last
    /// one holds for an argument that is given twice.
    ///
    /// A yes with an edit that does not hold is a no that says so: of another argument, of a value that can't be read as the
    /// argument's type, of a call where nothing may be corrected. Of a no it changes nothing.
    ///
    /// The value travels as JSON. What JSON can't write is a no, too: a map whose keys are neither texts nor numbers, a `u128`
    /// or `i128` that has no room in 64 bits. A float that is no number becomes `null`, which only an `Option` takes.
    ///
    /// ```
    /// use reliable::approver::Scripted;
    /// use reliable::{Decision, Fault, Scope, requires_approval};
    ///
    /// #[requires_approval(edit(body))]
    /// async fn send_email(to: &str, body: &str) -> Result<String, Fault> {
    ///     Ok(format!("{to}: {body}"))
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let ana = Scripted::new([
    ///     Decision::approve().by("ana").edit("body", "Good morning"),
    ///     Decision::approve().by("ana").edit("to", "bob"),
    /// ]);
    /// let scope = Scope::current().approver(ana);
    /// assert_eq!(scope.clone().run(send_email("eve", "Hi")).await.unwrap(), "eve: Good morning");
    /// let denied = scope.run(send_email("eve", "Hi")).await.unwrap_err();
    /// assert_eq!(denied.to_string(), "`send_email` was denied: `to` was corrected, which this call allows for `body` alone");
    /// # }
    /// ```
    #[cfg(feature = "serde")]
    pub fn edit(mut self, argument: impl Into<String>, value: impl serde::Serialize) -> Self {
        if let Decision::Approved { by, edits, .. } = &mut self {
            let argument = argument.into();
            match written(&value) {
                Ok(value) => edits.set(argument, value),
                Err(error) => {
                    let reason = format!("the correction of `{argument}` can't be written: {error}");
                    return Decision::Denied { by: by.take(), reason, remember: false };
                }
            }
        }
        self
    }

    /// The same for this question alone.
    #[cfg(feature = "durable")]
    pub(crate) fn once(mut self) -> Self {
        if let Decision::Approved { remember, .. } | Decision::Denied { remember, .. } = &mut self {
            *remember = false;
        }
        self
    }

    /// A yes to the call with these corrections.
    pub(crate) fn corrected(mut self, corrections: Edits) -> Self {
        if let Decision::Approved { edits, .. } = &mut self {
            *edits = corrections;
        }
        self
    }

    /// The same in words that may go into an event, a log or a fault.
    pub(crate) fn told(mut self) -> Self {
        if let Decision::Approved { by, .. } | Decision::Denied { by, .. } = &mut self {
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
