//! An argument of a call for a question: what a human is shown of it, and what tells it from others.

use std::any::type_name;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::ops::Deref;

use super::{AsAny, AsError, AsTransient, AsTransientBoxed, AsTransientBoxedSend, HandedOver, Inspect, not_shown};
use crate::said::digest::Digest;
use crate::said::words;
use crate::seen::digest::digests::Digests;
use crate::seen::digest::serialized::Serialize;
use crate::seen::digest::{by_both, by_hash, by_serialize, by_type};

impl<'a, T: Hash + Serialize> Inspect<'a, T> {
    /// The same with a digest, by which the value is told from others of its type, also where nobody is shown it: by its `Hash`
    /// and, with the feature `serde`, its `Serialize`. There is none of a type that has neither.
    pub fn digested(&self) -> Digested<'a, T> {
        Digested::new(self.value(), Digests::of(|| by_both(self.value())))
    }

    /// The same for a receiver. One whose type has no room for anything needs nothing to be told by.
    pub fn receiver(&self) -> Digested<'a, T> {
        self.digested()
    }
}

/// Each line is a rung: for which values, what it demands of their type, and the digest that there is then.
macro_rules! ladder {
    ($($rung:ident($($lifetime:lifetime)?) $type:ty: [$($demand:tt)*] $($method:ident)* => |$value:ident| $digest:expr;)*) => {$(
        impl<'a, $($lifetime,)? T: $($demand)*> $rung<'a, $type> {$(
            #[doc(hidden)]
            pub fn $method(&self) -> Digested<'a, $type> {
                let $value: &'a $type = self.value();
                Digested::new($value, Digests::of(|| $digest))
            }
        )*}
    )*};
}

ladder! {
    AsTransientBoxedSend() T: [Serialize] digested receiver => |value| by_serialize(value);
    AsTransientBoxed() T: [Hash] digested receiver => |value| by_hash(value);
    AsTransient('b) &'b T: [] receiver => |_value| only_value::<T>();
    AsError('b) &'b mut T: [] receiver => |_value| only_value::<T>();
    AsAny() T: [] digested => |_value| None;
    AsAny() T: [] receiver => |_value| only_value::<T>();
}

fn only_value<T>() -> Option<Digest> {
    if size_of::<T>() == 0 { by_type::<T>() } else { None }
}

/// An argument with its digest, of [`Inspect::digested`].
///
/// ```
/// use reliable::expansion::Inspect;
/// use reliable::{Approval, approver};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (to, card) = ("ana", "1234");
/// let approval = Approval::new("refund")
///     .here(|| {})
///     .argument("to", Inspect::new(&to).digested().argument())
///     .argument("card", Inspect::new(&card).digested().redacted());
/// let question = approver::asks(approval.ask()).await;
/// assert_eq!(question.to_string(), r#"refund(to = "ana", card = <redacted>)"#);
/// assert!(question.digest.is_some());
/// # }
/// ```
#[derive(Debug)]
pub struct Digested<'a, T>(OfDebug<'a, T>);

#[doc(hidden)]
#[derive(Debug)]
pub struct OfDebug<'a, T>(OfDisplay<'a, T>);

#[doc(hidden)]
#[derive(Debug)]
pub struct OfDisplay<'a, T>(OfAny<'a, T>);

#[doc(hidden)]
#[derive(Debug)]
pub struct OfAny<'a, T> {
    value: &'a T,
    digests: Digests,
}

impl<'a, T> Deref for Digested<'a, T> {
    type Target = OfDebug<'a, T>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a, T> Deref for OfDebug<'a, T> {
    type Target = OfDisplay<'a, T>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a, T> Deref for OfDisplay<'a, T> {
    type Target = OfAny<'a, T>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// What a question is told of an argument.
///
/// There is an example at [`Digested`].
#[derive(Debug)]
pub struct Seen(pub(crate) Option<SeenArgument>);

#[derive(Debug)]
pub(crate) struct SeenArgument {
    pub(crate) shown: Shown,
    pub(crate) digests: Digests,
}

#[derive(Debug)]
pub(crate) enum Shown {
    InWords(String),
    ByName,
    NotAtAll,
}

impl<'a, T> Digested<'a, T> {
    fn new(value: &'a T, digests: Digests) -> Self {
        Digested(OfDebug(OfDisplay(OfAny { value, digests })))
    }

    /// Nobody gets to see the value, only that there is one.
    pub fn redacted(&self) -> Seen {
        self.seen(Shown::ByName)
    }
}

impl<T: HandedOver> Digested<'_, T> {
    /// In words: by `Debug`, else by `Display`, else as not shown, with the name of its type. Nothing at all if it is what a
    /// framework hands to every tool, such as the request of rmcp or the context of rig.
    pub fn argument(&self) -> Seen {
        Seen(None)
    }

    /// An argument of which nobody is told.
    pub fn hidden(&self) -> Seen {
        Seen(None)
    }
}

impl<T: Debug> OfDebug<'_, T> {
    /// In words: by `Debug`, else by `Display`, else as not shown, with the name of its type.
    pub fn shown(&self) -> Seen {
        self.in_words(Inspect::new(self.value).text())
    }

    #[doc(hidden)]
    pub fn argument(&self) -> Seen {
        self.shown()
    }

    /// In words, if it has any.
    pub fn known(&self) -> Seen {
        self.shown()
    }
}

impl<T: Display> OfDisplay<'_, T> {
    #[doc(hidden)]
    pub fn shown(&self) -> Seen {
        self.in_words(words::quoted(words::shown(self.value)))
    }

    #[doc(hidden)]
    pub fn argument(&self) -> Seen {
        self.shown()
    }

    #[doc(hidden)]
    pub fn known(&self) -> Seen {
        self.shown()
    }
}

impl<T> OfAny<'_, T> {
    #[doc(hidden)]
    pub fn shown(&self) -> Seen {
        self.in_words(not_shown(type_name::<T>()))
    }

    #[doc(hidden)]
    pub fn argument(&self) -> Seen {
        self.shown()
    }

    #[doc(hidden)]
    pub fn hidden(&self) -> Seen {
        self.seen(Shown::NotAtAll)
    }

    #[doc(hidden)]
    pub fn known(&self) -> Seen {
        self.hidden()
    }

    fn in_words(&self, words: String) -> Seen {
        self.seen(Shown::InWords(words))
    }

    fn seen(&self, shown: Shown) -> Seen {
        Seen(Some(SeenArgument { shown, digests: self.digests }))
    }
}
