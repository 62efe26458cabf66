//! The name of a tool, an agent or a limit.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// A name as faults and events carry it: a text that is nearly always part of the program.
///
/// It is a third smaller than a `Cow<'static, str>`. That is for the sake of [`Fault`](crate::Fault), which is part of the
/// error type of every tool: each layer around a call moves the outcome, and with it the room for an error.
///
/// ```
/// use reliable::Name;
///
/// let name = Name::from("forecast");
/// assert_eq!(name, "forecast");
/// assert_eq!(name.len(), 8, "it is a `str` in all else");
/// assert_eq!(size_of::<Name>(), size_of::<&str>());
/// ```
#[derive(Clone)]
pub struct Name(Text);

#[derive(Clone)]
enum Text {
    Static(&'static str),
    #[expect(clippy::box_collection, reason = "a `Box<str>` would leave no room to tell the variants apart")]
    Owned(Box<String>),
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Text::Static(text) => text,
            Text::Owned(text) => text,
        }
    }
}

#[cfg(feature = "metrics")]
impl Name {
    /// The text, copied only if it is not part of the program.
    pub(crate) fn text(&self) -> Cow<'static, str> {
        match &self.0 {
            Text::Static(text) => Cow::Borrowed(text),
            Text::Owned(text) => Cow::Owned(text.as_str().to_owned()),
        }
    }
}

impl From<&'static str> for Name {
    fn from(text: &'static str) -> Name {
        Name(Text::Static(text))
    }
}

impl From<String> for Name {
    fn from(text: String) -> Name {
        Name(Text::Owned(Box::new(text)))
    }
}

impl From<Cow<'static, str>> for Name {
    fn from(text: Cow<'static, str>) -> Name {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        **self == **other
    }
}

impl Eq for Name {}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        str::hash(self, state);
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Name {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Name, D::Error> {
        String::deserialize(deserializer).map(Name::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_text_whoever_owns_it() {
        let (borrowed, owned) = (Name::from("forecast"), Name::from("forecast".to_owned()));
        assert_eq!(borrowed, owned);
        assert_eq!(owned.clone(), "forecast");
        assert_eq!(Name::from(Cow::Borrowed("forecast")), *"forecast");
        assert_ne!(owned, "forecasts");
        assert_eq!(format!("{owned} {borrowed:?}"), "forecast \"forecast\"");
    }

    #[test]
    fn a_fault_is_small_and_so_is_the_outcome_that_has_room_for_one() {
        assert_eq!(size_of::<Name>(), 16);
        assert_eq!(size_of::<crate::Fault>(), 48);
        assert_eq!(size_of::<Result<u64, crate::Fault>>(), 48);
    }
}
