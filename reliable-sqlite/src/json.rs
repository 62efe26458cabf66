//! What stands in the file as JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::trouble::Trouble;

/// Only what can be read again: what is nested deeper than that, say, would stop whoever comes to it.
pub(crate) fn written<T: Serialize + DeserializeOwned>(what: &str, value: &T) -> Result<String, Trouble> {
    let written = serde_json::to_string(value).and_then(|json| serde_json::from_str::<T>(&json).map(|_| json));
    written.map_err(|error| Trouble::unreadable(what, error))
}
