//! What a tool failed with last, kept in words where a fault ends the call in place of that error.

use std::error::Error;
use std::fmt;

use crate::said::fault_kind::FaultKind;

/// The [`source`](Error::source) of a fault that would hide an error: the words of that error, and never the error itself,
/// which may be of any type. Its own source is the kind of the fault, which is found here as everywhere.
#[derive(Debug, Clone)]
pub(crate) struct LastWords {
    pub(crate) words: Box<str>,
    pub(crate) kind: FaultKind,
}

impl fmt::Display for LastWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "last error: {}", self.words)
    }
}

impl Error for LastWords {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.kind.as_error())
    }
}
