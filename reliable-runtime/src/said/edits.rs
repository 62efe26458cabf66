//! What a human corrects of a call.

use std::collections::BTreeMap;

use crate::said::json::Json;

/// The corrections that come with a yes: which arguments are to be others, and what they are to be. They are made with
/// [`Decision::edit`](crate::said::decision::Decision), with the feature `serde`; without it there are none.
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

    #[cfg(feature = "serde")]
    pub(crate) fn set(&mut self, argument: String, value: Json) {
        self.0.insert(argument, value);
    }
}
