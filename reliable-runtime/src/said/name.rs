//! The name of a tool, an agent or a limit.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use crate::said::last_words::LastWords;
use crate::said::words;

/// A name as faults and events carry it: a text that is nearly always part of the program.
///
/// It is a third smaller than a `Cow<'static, str>`. That is for the sake of [`Fault`](crate::said::fault::Fault), which is
/// part of the error type of every tool: each layer around a call moves the outcome, and with it the room for an error.
///
/// ```
/// use reliable::ToolName;
///
/// let name = ToolName::from("forecast");
/// assert_eq!(name, "forecast");
/// assert_eq!(name.len(), 8, "it is a `str` in all else");
/// assert_eq!(size_of::<ToolName>(), size_of::<&str>());
/// ```
///
/// In a fault that ended the call of a retry it has beside its text what the tool failed with last: that is no part of the
/// name, and two names with the same text are equal.
#[derive(Clone)]
pub struct ToolName(Text);

#[derive(Clone)]
enum Text {
    Static(&'static str),
    /// All that is rare, in a box: so there is room to tell the variants apart.
    Boxed(Box<Boxed>),
}

#[derive(Clone)]
struct Boxed {
    text: Cow<'static, str>,
    last_words: Option<LastWords>,
}

impl ToolName {
    pub(crate) fn last_words(&self) -> Option<&LastWords> {
        match &self.0 {
            Text::Static(_) => None,
            Text::Boxed(boxed) => boxed.last_words.as_ref(),
        }
    }

    pub(crate) fn with_last_words(self, last_words: LastWords) -> ToolName {
        let text = match self.0 {
            Text::Static(text) => text.into(),
            Text::Boxed(boxed) => boxed.text,
        };
        ToolName(Text::Boxed(Box::new(Boxed { text, last_words: Some(last_words) })))
    }
}

impl Deref for ToolName {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Text::Static(text) => text,
            Text::Boxed(boxed) => &boxed.text,
        }
    }
}

#[cfg(feature = "metrics")]
impl ToolName {
    /// The text, copied only if it is not part of the program.
    pub(crate) fn text(&self) -> Cow<'static, str> {
        match &self.0 {
            Text::Static(text) => Cow::Borrowed(text),
            Text::Boxed(boxed) => boxed.text.clone(),
        }
    }
}

impl From<&'static str> for ToolName {
    fn from(text: &'static str) -> ToolName {
        ToolName(Text::Static(text))
    }
}

impl From<String> for ToolName {
    /// A text that was made at run time may come from outside: what could deceive the eye is escaped, and what is long is cut.
    fn from(text: String) -> ToolName {
        ToolName(Text::Boxed(Box::new(Boxed { text: words::name(text).into(), last_words: None })))
    }
}

impl From<Cow<'static, str>> for ToolName {
    fn from(text: Cow<'static, str>) -> ToolName {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl AsRef<str> for ToolName {
    fn as_ref(&self) -> &str {
        self
    }
}

impl PartialEq for ToolName {
    fn eq(&self, other: &ToolName) -> bool {
        **self == **other
    }
}

impl Eq for ToolName {}

impl PartialEq<str> for ToolName {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for ToolName {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl Hash for ToolName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        str::hash(self, state);
    }
}

impl fmt::Debug for ToolName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for ToolName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for ToolName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for ToolName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<ToolName, D::Error> {
        String::deserialize(deserializer).map(ToolName::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_text_whoever_owns_it() {
        let (borrowed, owned) = (ToolName::from("forecast"), ToolName::from("forecast".to_owned()));
        assert_eq!(borrowed, owned);
        assert_eq!(owned.clone(), "forecast");
        assert_eq!(ToolName::from(Cow::Borrowed("forecast")), *"forecast");
        assert_ne!(owned, "forecasts");
        assert_eq!(ToolName::from("a\nb".to_owned()), "a\\nb");
        assert_eq!(format!("{owned} {borrowed:?}"), "forecast \"forecast\"");
    }

    #[test]
    fn a_fault_is_small_and_so_is_the_outcome_that_has_room_for_one() {
        assert_eq!(size_of::<ToolName>(), 16);
        assert_eq!(size_of::<crate::said::fault::Fault>(), 48);
        assert_eq!(size_of::<Result<u64, crate::said::fault::Fault>>(), 48);
    }
}
