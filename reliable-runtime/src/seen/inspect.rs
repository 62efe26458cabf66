//! What can be known of a value of any type, without asking the type for anything.
//!
//! A policy wants an error's words for its events, and must see a [`Fault`](crate::said::fault::Fault) inside it; an approval wants
//! to show an argument. No trait may be demanded of a user's type for that, so each value is looked at through the best
//! trait it has. How: `Inspect` dereferences, rung by rung, to wrappers with a method of the same name and other
//! demands, and method lookup takes the first rung whose demand the type meets. In a generic function it goes by what the
//! function's own bounds promise.

#![allow(clippy::unused_self, reason = "`self` is used through `Deref`, which the lint does not see")]
#![allow(clippy::unnecessary_wraps, reason = "another rung has `None`")]

pub(crate) mod digested;
#[cfg(feature = "durable")]
mod told;

use std::error::Error;
use std::fmt::{Debug, Display};
use std::ops::Deref;

use crate::said::words;
use crate::seen::failure::{Failure, Words};
use crate::seen::transient::Transient;

/// Looks at a value of any type, through the best trait that the type has.
///
/// ```
/// use reliable::expansion::Inspect;
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
            #[inline]
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl<'a, T: $($demand)*> $rung<'a, T> {
            /// What the policies need to know of an error: its words, the fault that it carries, and what it says itself of
            /// a retry.
            #[inline]
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
    #[inline]
    pub fn new(value: &'a T) -> Self {
        let undemanding = AsBoxed(AsDisplay(AsDebug(AsAny(value))));
        let judged = AsTransientDisplay(AsTransientDebug(AsTransient(AsError(AsBoxedSend(undemanding)))));
        Inspect(AsTransientBoxedSend(AsTransientBoxed(judged)))
    }
}

impl<'a, T> AsAny<'a, T> {
    #[inline]
    fn value(&self) -> &'a T {
        self.0
    }

    #[doc(hidden)]
    pub fn failure(&self) -> Failure<'a> {
        Failure::of_words(Words::name_of(self.value()))
    }
}

impl<T: Debug> Inspect<'_, T> {
    /// The value in words, as a human is shown it: by `Debug`, else by `Display`, else as not shown, with the name of its type.
    /// What could deceive the eye is escaped, and what is long is cut, with its length told.
    pub fn text(&self) -> String {
        words::shown(&format_args!("{:?}", self.value()))
    }
}

impl<T: Display> AsDisplay<'_, T> {
    #[doc(hidden)]
    pub fn text(&self) -> String {
        words::quoted(words::shown(self.value()))
    }
}

impl<T> AsAny<'_, T> {
    #[doc(hidden)]
    pub fn text(&self) -> String {
        not_shown(std::any::type_name::<T>())
    }
}

impl<T: Display> Inspect<'_, T> {
    /// What something is called that has a name or is one: by `Display`, else by `Debug`, else nothing.
    pub fn name(&self) -> String {
        words::told(self.value())
    }
}

impl<T: Debug> AsDebug<'_, T> {
    #[doc(hidden)]
    pub fn name(&self) -> String {
        words::told(&format_args!("{:?}", self.value()))
    }
}

impl<T> AsAny<'_, T> {
    #[doc(hidden)]
    pub fn name(&self) -> String {
        String::new()
    }
}

/// What stands in the place of the words of something that has none.
pub(crate) fn not_shown(what: &str) -> String {
    format!("<not shown: {what}>")
}

/// Something that a framework hands to a tool beside its arguments, and that says nothing to a human.
#[doc(hidden)]
pub trait HandedOver {}

impl<T: HandedOver> HandedOver for &T {}

impl<T: HandedOver> HandedOver for &mut T {}
