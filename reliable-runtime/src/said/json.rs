//! A value on its way from a human to an argument.

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) type Json = serde_json::Value;

/// A value in the form in which it travels, or why it has none.
pub(crate) fn written(value: &impl Serialize) -> Result<Json, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

/// What somebody has typed: a text as it is, unless it is one in quotes; what is to be no text is JSON, or a word without quotes,
/// such as the name of a variant.
pub(crate) fn typed(text: &str, is_text: bool) -> Json {
    let value = serde_json::from_str(text).ok().filter(|value: &Json| !is_text || value.is_string());
    value.unwrap_or_else(|| Json::from(text))
}

pub(crate) fn read<T: DeserializeOwned>(value: &Json) -> Result<T, String> {
    T::deserialize(value).map_err(|error| error.to_string())
}
