//! For which later questions an answer holds, in a store.

use std::time::Duration;

use crate::said::digest::Digest;
use crate::said::name::ToolName;

/// What is the same in all calls for which an answer to a question holds, if it is remembered.
///
/// Its digests are made with the [key](crate::durable::engine::Journal::key) of the store: they mean the same in all of its
/// runs, and in no other store.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Alike {
    /// The path of the function: its module, its type, its name.
    pub function: String,
    /// The arguments that must be the same, whatever the others are. `None`: all of them.
    pub same: Option<Vec<ToolName>>,
    /// A digest of the function, with its place in the source where its path may be that of another one, and of those arguments.
    pub key: Digest,
    /// The one for the call with all of its arguments, where that can be known: a no to it holds, too.
    pub call: Option<Digest>,
}

impl Alike {
    pub(crate) fn new(function: &str, same: Option<Vec<ToolName>>, key: Digest, call: Option<Digest>) -> Self {
        Alike { function: function.to_owned(), same, key, call }
    }

    /// For an engine: the [keys](Alike::key) of all answers that may hold for this call.
    pub fn keys(&self) -> impl Iterator<Item = Digest> + use<> {
        let call = self.call.filter(|call| *call != self.key);
        [self.key].into_iter().chain(call)
    }
}

/// How long an engine remembers the answers that are to hold for later questions, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// It remembers none.
    Never,
    /// For so long after it was given.
    AtMost(Duration),
    /// Until somebody revokes it.
    UntilRevoked,
}
