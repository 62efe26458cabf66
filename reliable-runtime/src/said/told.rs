//! What is left of an error that is written down by its words.

use crate::said::fault::Fault;

/// An error in words, with the fault in it.
///
/// ```
/// use reliable::expansion::Inspect;
///
/// let error = std::io::Error::other("503");
/// assert_eq!(Inspect::new(&error).told().words, "503");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Told {
    /// What it says.
    pub words: String,
    /// The fault that it carries, if there is one.
    pub fault: Option<Fault>,
}
