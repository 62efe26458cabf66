//! What is left of corrections without the feature `serde`: nobody can make one.

use std::fmt;

/// Nobody has one: no argument may be corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json;

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null")
    }
}

pub(crate) fn typed(_: &str, _: bool) -> Json {
    Json
}
