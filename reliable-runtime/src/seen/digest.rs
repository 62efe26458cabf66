//! A keyed digest of a value of any type: by its `Hash`, by its `Serialize`, or by both.
//!
//! It protects against two things. Who chooses the arguments of a call, such as a model and what that has read, is not to find
//! two calls of one digest, since a yes to one would be a yes to the other. And who gets to see a digest is not to find a hidden
//! argument by trying. For both one would need the key, which the process draws once and keeps.
//!
//! A value that has both traits is digested by both: what serde skips is in its `Hash`, and what a `Hash` takes for the same is
//! not the same to serde. There is none of a value that has neither. Words are no substitute: those of a secret are
//! `[REDACTED]`, whatever it is.

use std::any::type_name;
use std::hash::Hash;

use crate::base::foreign::caught;
use crate::said::digest::Digest;

mod digester;
pub(crate) mod digests;
#[cfg(not(feature = "serde"))]
#[path = "digest/off.rs"]
pub(crate) mod serialized;
#[cfg(feature = "serde")]
pub(crate) mod serialized;
#[cfg(test)]
mod tests;

use digester::Digester;
use serialized::Serialize;

/// Of something of our own.
pub(crate) fn of(value: &impl Hash) -> Digest {
    let mut digester = Digester::new();
    value.hash(&mut digester);
    digester.digest()
}

pub(crate) fn by_hash<T: Hash>(value: &T) -> Option<Digest> {
    foreign::<T>(|digester| {
        value.hash(digester);
        Some(())
    })
}

pub(crate) fn by_serialize<T: Serialize>(value: &T) -> Option<Digest> {
    foreign::<T>(|digester| serialized::feed(value, digester))
}

pub(crate) fn by_both<T: Hash + Serialize>(value: &T) -> Option<Digest> {
    foreign::<T>(|digester| {
        of(value).hash(digester);
        serialized::feed(value, digester)
    })
}

/// Of a type of which all values are the same.
pub(crate) fn by_type<T>() -> Option<Digest> {
    foreign::<T>(|_| Some(()))
}

/// A type that panics in its `Hash` or its `Serialize` can't be digested. What is equal in another type is something else.
fn foreign<T>(feed: impl FnOnce(&mut Digester) -> Option<()>) -> Option<Digest> {
    let digest = || {
        let mut digester = Digester::new();
        type_name::<T>().hash(&mut digester);
        feed(&mut digester)?;
        Some(digester.digest())
    };
    caught(digest).ok().flatten()
}
