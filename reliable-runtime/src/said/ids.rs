//! Which question and which run it is.

use std::error::Error;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

/// Which question to a human it is: no other one has the same, in no other process either.
///
/// It is short enough to be read out: `3f9a0c21b7de-17`. It is no secret, and nobody may take it for one.
///
/// ```
/// use reliable::{Approver, Decision, Request};
///
/// struct Bell;
///
/// impl Approver for Bell {
///     async fn review(&self, request: &Request) -> Decision {
///         println!("question {} waits for you", request.id);
///         Decision::deny("nobody came")
///     }
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuestionId(Unique);

impl QuestionId {
    pub(crate) fn new() -> Self {
        QuestionId(Unique::new())
    }
}

impl fmt::Display for QuestionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for QuestionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for QuestionId {
    type Err = ParseIdError;

    /// Reads what `Display` wrote.
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        text.parse().map(QuestionId)
    }
}

/// A text that is no id.
///
/// ```
/// use reliable::approver::QuestionId;
///
/// let error = "the first one".parse::<QuestionId>().unwrap_err();
/// assert_eq!(error.to_string(), "a question's id looks like `3f9a0c21b7de-17`");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseIdError;

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a question's id looks like `3f9a0c21b7de-17`")
    }
}

impl Error for ParseIdError {}

/// Which run of an agent it is: its agent's name, and what no other run has.
///
/// ```
/// use reliable::{Fault, Run, Step};
///
/// #[reliable::agent]
/// async fn assistant() -> Result<Step<String>, Fault> {
///     Ok(Step::Done(Run::current().id().unwrap().to_string()))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert!(assistant().await.unwrap().starts_with("assistant-"));
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(Arc<str>);

impl RunId {
    pub(crate) fn new(agent: &str) -> Self {
        RunId(format!("{agent}-{}", Unique::new()).into())
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for RunId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// A random number that the process has drawn, and a count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Unique {
    process: u64,
    number: u64,
}

/// So many bits of a process's number are kept: two of ten thousand processes have the same with a chance of 1 to 5 million.
const PROCESS_BITS: u32 = 48;

impl Unique {
    fn new() -> Self {
        static PROCESS: LazyLock<u64> =
            LazyLock::new(|| RandomState::new().hash_one(std::process::id()) >> (u64::BITS - PROCESS_BITS));
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        Unique { process: *PROCESS, number: NUMBER.fetch_add(1, Ordering::Relaxed) }
    }
}

impl fmt::Display for Unique {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012x}-{}", self.process, self.number)
    }
}

impl FromStr for Unique {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let (process, number) = text.split_once('-').ok_or(ParseIdError)?;
        let is = |part: &str, digit: fn(&u8) -> bool| part.bytes().all(|byte| digit(&byte));
        let is_written_so = process.len() == 12 && is(process, u8::is_ascii_hexdigit) && is(number, u8::is_ascii_digit);
        let read = || Some((u64::from_str_radix(process, 16).ok()?, number.parse().ok()?));
        let (process, number) = read().filter(|_| is_written_so).ok_or(ParseIdError)?;
        Ok(Unique { process, number })
    }
}

#[cfg(feature = "serde")]
mod as_text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{QuestionId, RunId};

    impl Serialize for QuestionId {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }

    impl<'de> Deserialize<'de> for QuestionId {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
        }
    }

    impl Serialize for RunId {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }

    impl<'de> Deserialize<'de> for RunId {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            String::deserialize(deserializer).map(|id| RunId(id.into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written_and_no_two_are_the_same() {
        let (one, other) = (QuestionId::new(), QuestionId::new());
        assert!(one < other);
        assert_eq!(one.to_string().parse(), Ok(one));
        assert_ne!(RunId::new("assistant"), RunId::new("assistant"));
        for wrong in
            ["", "-", "3f9a0c21b7de", "3f9a0c21b7de-", "3f9a0c21b7de-+7", "+f9a0c21b7de-7", "f-7", "3f9a0c21b7dé-7"]
        {
            assert_eq!(wrong.parse::<QuestionId>(), Err(ParseIdError), "{wrong}");
        }
    }
}
