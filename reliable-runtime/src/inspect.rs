//! What can be known of a value of any type, without asking the type for anything.
//!
//! A policy wants an error's words for its events, and must see a [`Fault`](crate::Fault) inside it; an approval wants
//! to show an argument. No trait may be demanded of a user's type for that, so each value is looked at through the best
//! trait it has. How: `Inspect` dereferences, rung by rung, to wrappers with a method of the same name and other
//! demands, and method lookup takes the first rung whose demand the type meets. In a generic function it goes by what the
//! function's own bounds promise.

#![allow(clippy::unused_self, reason = "`self` is used through `Deref`, which the lint does not see")]

use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::ops::Deref;
use std::time::Duration;

use crate::{FaultKind, Transient};

/// Looks at a value of any type, through the best trait that the type has.
///
/// ```
/// use reliable::Inspect;
///
/// struct Opaque;
/// assert_eq!(Inspect::new(&"Oslo").text(), "\"Oslo\"");
/// assert!(Inspect::new(&Opaque).text().contains("Opaque"));
///
/// let denied = reliable::Fault::Denied { tool: "refund".into(), reason: "too much".into() };
/// assert!(Inspect::new(&denied).failure().is_refusal());
/// ```
#[derive(Debug)]
pub struct Inspect<'a, T>(AsTransientBoxedSend<'a, T>);

#[doc(hidden)]
#[derive(Debug)]
pub struct AsAny<'a, T>(&'a T);

/// Each line is a rung: what it dereferences to, what it demands of a type, and what it then knows of an error.
macro_rules! ladder {
    ($($rung:ident -> $lower:ident: [$($demand:tt)*] $error:ident => $failure:expr;)*) => {$(
        impl<'a, T> Deref for $rung<'a, T> {
            type Target = $lower<'a, T>;
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl<'a, T: $($demand)*> $rung<'a, T> {
            /// What the policies need to know of an error: its words, the fault that it carries, and what it says itself of
            /// a retry.
            pub fn failure(&self) -> Failure<'a> {
                let $error = self.value();
                $failure
            }
        }
    )*};
}

macro_rules! hidden {
    ($($rung:ident($lower:ident);)*) => {$(
        #[doc(hidden)]
        #[derive(Debug)]
        pub struct $rung<'a, T>($lower<'a, T>);
    )*};
}

// First the types that say themselves what is worth a retry, and then, in the same order, those that do not.
ladder! {
    Inspect -> AsTransientBoxedSend: [Transient + Error] error => Failure::of_error(error).judged_by(error);
    AsTransientBoxedSend -> AsTransientBoxed: [Transient + AsRef<dyn Error + Send + Sync>]
        error => Failure::of_error(error.as_ref()).judged_by(error);
    AsTransientBoxed -> AsTransientDisplay: [Transient + AsRef<dyn Error>]
        error => Failure::of_error(error.as_ref()).judged_by(error);
    AsTransientDisplay -> AsTransientDebug: [Transient + Display]
        error => Failure::of_words(Words::Display(error)).judged_by(error);
    AsTransientDebug -> AsTransient: [Transient + Debug]
        error => Failure::of_words(Words::Debug(error)).judged_by(error);
    AsTransient -> AsError: [Transient] error => Failure::of_words(Words::name_of(error)).judged_by(error);
    AsError -> AsBoxedSend: [Error] error => Failure::of_error(error);
    AsBoxedSend -> AsBoxed: [AsRef<dyn Error + Send + Sync>] error => Failure::of_error(error.as_ref());
    AsBoxed -> AsDisplay: [AsRef<dyn Error>] error => Failure::of_error(error.as_ref());
    AsDisplay -> AsDebug: [Display] error => Failure::of_words(Words::Display(error));
    AsDebug -> AsAny: [Debug] error => Failure::of_words(Words::Debug(error));
}

hidden! {
    AsTransientBoxedSend(AsTransientBoxed);
    AsTransientBoxed(AsTransientDisplay);
    AsTransientDisplay(AsTransientDebug);
    AsTransientDebug(AsTransient);
    AsTransient(AsError);
    AsError(AsBoxedSend);
    AsBoxedSend(AsBoxed);
    AsBoxed(AsDisplay);
    AsDisplay(AsDebug);
    AsDebug(AsAny);
}

impl<'a, T> Inspect<'a, T> {
    /// Looks at `value`.
    pub fn new(value: &'a T) -> Self {
        let undemanding = AsBoxed(AsDisplay(AsDebug(AsAny(value))));
        let judged = AsTransientDisplay(AsTransientDebug(AsTransient(AsError(AsBoxedSend(undemanding)))));
        Inspect(AsTransientBoxedSend(AsTransientBoxed(judged)))
    }
}

impl<'a, T> AsAny<'a, T> {
    fn value(&self) -> &'a T {
        self.0
    }

    #[doc(hidden)]
    pub fn failure(&self) -> Failure<'a> {
        Failure::of_words(Words::name_of(self.value()))
    }
}

impl<T: Debug> Inspect<'_, T> {
    /// The value in words, as a human is shown it: by `Debug`, which escapes what could deceive a terminal, else by
    /// `Display`, escaped too, else the name of its type.
    pub fn text(&self) -> String {
        format!("{:?}", self.value())
    }
}

impl<T: Display> AsDisplay<'_, T> {
    #[doc(hidden)]
    pub fn text(&self) -> String {
        self.value().to_string().escape_debug().to_string()
    }
}

impl<T> AsAny<'_, T> {
    #[doc(hidden)]
    pub fn text(&self) -> String {
        format!("<{}>", std::any::type_name::<T>())
    }
}

/// What a policy knows of an error when it decides; made by [`Inspect::failure`].
///
/// ```
/// use reliable::Inspect;
///
/// let failure = Inspect::new(&"503 service unavailable").failure();
/// assert!(failure.is_transient(), "every error is, unless something speaks against it");
/// assert!(!failure.when(false).is_transient(), "such as the option `when`");
/// assert_eq!(failure.to_string(), "503 service unavailable");
/// ```
#[derive(Clone, Copy)]
pub struct Failure<'a> {
    words: Words<'a>,
    fault: Option<FaultKind>,
    /// What the error says itself.
    transient: Option<bool>,
    when: Option<bool>,
    after: Option<Duration>,
}

#[derive(Clone, Copy)]
enum Words<'a> {
    Error(&'a dyn Error),
    Display(&'a dyn Display),
    Debug(&'a dyn Debug),
    TypeName(&'static str),
}

impl Words<'_> {
    fn name_of<T>(_: &T) -> Self {
        Words::TypeName(std::any::type_name::<T>())
    }
}

impl<'a> Failure<'a> {
    fn of_error(error: &'a dyn Error) -> Self {
        // A fault's source is its kind: so the search finds a fault which is the error itself, too.
        Failure { fault: FaultKind::below(error), ..Failure::of_words(Words::Error(error)) }
    }

    fn of_words(words: Words<'a>) -> Self {
        Failure { words, fault: None, transient: None, when: None, after: None }
    }

    fn judged_by(self, error: &'a impl Transient) -> Self {
        Failure {
            words: error.words().map_or(self.words, Words::Display),
            fault: self.fault.or_else(|| error.fault()),
            transient: Some(error.is_transient()),
            after: error.retry_after(),
            ..self
        }
    }

    /// Answers the user's own condition, the option `when`. It beats what the error says itself.
    pub fn when(self, when: bool) -> Self {
        Failure { when: Some(when), ..self }
    }

    /// The delay that the server asked for, the option `after`. It beats what the error says itself.
    pub fn after(self, after: Option<Duration>) -> Self {
        Failure { after, ..self }
    }

    /// The kind of the fault that the error is or wraps.
    pub fn fault(&self) -> Option<FaultKind> {
        self.fault
    }

    /// Whether the call was denied, or its approval expired.
    pub fn is_refusal(&self) -> bool {
        self.fault.is_some_and(FaultKind::is_refusal)
    }

    /// Whether the service was not called, because a breaker or a limit stood before it.
    pub fn is_rejection(&self) -> bool {
        self.fault.is_some_and(FaultKind::is_rejection)
    }

    /// Whether the service was called at all: not if the call was refused or rejected before.
    pub fn was_called(&self) -> bool {
        !self.is_refusal() && !self.is_rejection()
    }

    /// Whether the error says that the service is not well: `when` says so, or was not given.
    pub fn is_failure(&self) -> bool {
        self.when.unwrap_or(true)
    }

    /// Whether the same call may be tried again: `when` says so, or was not given, the service was called, and the error
    /// does not say otherwise of itself ([`Transient`]). Never if the error carries a fault that is final.
    pub fn is_transient(&self) -> bool {
        let by_default = self.transient.unwrap_or(true) && !self.is_rejection();
        self.when.unwrap_or(by_default) && !self.fault.is_some_and(FaultKind::is_final)
    }

    /// Whether a fallback may answer: `when` says so, or was not given and the call was not refused.
    pub fn is_answerable(&self) -> bool {
        self.when.unwrap_or(!self.is_refusal())
    }

    /// The delay that the server asked for, if it asked for any.
    pub fn retry_after(&self) -> Option<Duration> {
        self.after.filter(|delay| !delay.is_zero())
    }
}

impl Display for Failure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.words {
            Words::Error(error) => Display::fmt(error, f),
            Words::Display(error) => Display::fmt(error, f),
            Words::Debug(error) => Debug::fmt(error, f),
            Words::TypeName(name) => write!(f, "<{name}>"),
        }
    }
}

impl Debug for Failure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure").field("words", &self.to_string()).field("fault", &self.fault).finish_non_exhaustive()
    }
}
