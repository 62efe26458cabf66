//! What a human corrects of a call.

#![cfg_attr(not(feature = "serde"), allow(clippy::zero_sized_map_values, reason = "then there is no value"))]

use std::collections::BTreeMap;

use crate::said::json::Json;
#[cfg(feature = "serde")]
use crate::said::json::read;

/// The corrections that come with a yes: which arguments are to be others, and what they are to be. They are made with
/// [`Decision::edit`](crate::said::decision::Decision), with the feature `serde`; without it there are none.
///
#[cfg_attr(feature = "serde", doc = "```")]
#[cfg_attr(not(feature = "serde"), doc = "```ignore")]
/// use reliable::Decision;
///
/// let Decision::Approved { edits, .. } = Decision::approve().edit("amount", 40).edit("to", "ana") else { unreachable!() };
/// assert_eq!(edits.names().collect::<Vec<_>>(), ["amount", "to"]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Edits(BTreeMap<String, Json>);

impl Edits {
    pub(crate) const fn none() -> Self {
        Edits(BTreeMap::new())
    }

    /// Whether the call is to run as it was asked about.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The arguments that are to be others, in the order of the alphabet.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What an argument is to be.
    pub(crate) fn get(&self, argument: &str) -> Option<&Json> {
        self.0.get(argument)
    }

    pub(crate) fn set(&mut self, argument: String, value: Json) {
        self.0.insert(argument, value);
    }
}

/// What a human can put in the place of an argument: with the feature `serde`, all that serde reads and writes, and nothing
/// without it.
///
/// Nobody implements it: derive `serde::Serialize` and `serde::Deserialize`.
///
#[cfg_attr(feature = "serde", doc = "```")]
#[cfg_attr(not(feature = "serde"), doc = "```ignore")]
/// use reliable::approver::Editable;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Order {
///     pieces: u32,
/// }
///
/// fn can_be_corrected<T: Editable>() {}
/// can_be_corrected::<Order>();
/// can_be_corrected::<Option<Vec<String>>>();
/// ```
#[cfg_attr(
    feature = "serde",
    diagnostic::on_unimplemented(
        message = "`edit` can't put another `{Self}` in the place of this one: derive `serde::Serialize` and `serde::Deserialize` for it, without a lifetime, and what is borrowed needs `Clone`, too",
        label = "a human can't correct this"
    )
)]
#[cfg_attr(
    not(feature = "serde"),
    diagnostic::on_unimplemented(
        message = "`edit` needs the feature `serde` of `reliable-tools`: write `features = [\"serde\"]` where Cargo.toml names it",
        label = "nobody can correct this without the feature `serde`"
    )
)]
pub trait Editable: Sized {
    #[doc(hidden)]
    fn read(value: &Json) -> Result<Self, String>;
}

#[cfg(feature = "serde")]
#[diagnostic::do_not_recommend]
impl<T: serde::Serialize + serde::de::DeserializeOwned> Editable for T {
    fn read(value: &Json) -> Result<Self, String> {
        read(value)
    }
}
