//! An answer that holds for later calls, too.

use std::fmt::{self, Display, Write};
use std::time::Duration;

use crate::said::ids::QuestionId;
use crate::said::name::ToolName;
use crate::said::request::{Argument, Listed};
use crate::said::words::{self, short};

/// An answer that is remembered, of [`Grants::list`](crate::approval::grants::Grants::list). Its `Display` says it on one line.
///
/// ```
/// use reliable::Grants;
///
/// let grants = Grants::new();
/// for grant in grants.list() {
///     println!("{grant}");
///     if grant.by.as_deref() == Some("eve") {
///         grants.revoke(grant.question);
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Grant {
    /// The question to which it was given: the events that tell of it have the same.
    pub question: QuestionId,
    /// The function.
    pub tool: ToolName,
    /// The arguments that must be the same, in words, in the order of the signature.
    pub arguments: Vec<Argument>,
    /// Whether all arguments must be the same, those that nobody is shown among them.
    pub whole_call: bool,
    /// Whether it is a yes.
    pub approved: bool,
    /// Who gave it, where that is known.
    pub by: Option<String>,
    /// Why not, if it is a no.
    pub reason: Option<String>,
    /// The time since it was given.
    pub age: Duration,
    /// The time until it expires. `None`: it does not.
    pub left: Option<Duration>,
}

/// Which answer it is, without its age.
pub(crate) struct Answer<'g>(&'g Grant);

impl Grant {
    pub(crate) fn answer(&self) -> Answer<'_> {
        Answer(self)
    }
}

impl Display for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Grant { tool, arguments, whole_call, approved, reason, by, .. } = self.0;
        words::show(f, |f| {
            let rest = match (whole_call, arguments.is_empty()) {
                (true, _) => "",
                (false, true) => "…",
                (false, false) => ", …",
            };
            write!(f, "{tool}({}{rest}): ", Listed(arguments))?;
            f.write_str(if *approved { "yes" } else { "no" })?;
            if let Some(reason) = reason {
                write!(f, ", {reason}")?;
            }
            match by {
                Some(by) => write!(f, ", by {by}"),
                None => Ok(()),
            }
        })
    }
}

impl Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} ago", self.answer(), short(self.age))?;
        match self.left {
            Some(left) => write!(f, ", for another {}", short(left)),
            None => Ok(()),
        }
    }
}
