//! For which other calls an answer holds.

use std::fmt::{self, Display, Write};
use std::time::Duration;

use crate::said::name::ToolName;
use crate::said::words::{self, short};

/// For which other calls an answer would hold, and for how long, if it was remembered: so that whoever asks a human can offer
/// it. Its `Display` says it in words.
///
/// ```
/// use reliable::{Approver, Decision, Request};
///
/// struct Window;
///
/// impl Approver for Window {
///     async fn review(&self, request: &Request) -> Decision {
///         println!("[yes] [no] {request}");
///         if let Some(remember) = &request.remember {
///             println!("[yes, always]: for {remember}");
///         }
///         Decision::deny("nobody has come")
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Remember {
    /// The arguments that must be the same, whatever the others are. `None`: all of them, those that nobody is shown, too.
    pub same: Option<Vec<ToolName>>,
    /// How long it would hold. `None`: until it is revoked, or what remembers it is gone.
    pub at_most: Option<Duration>,
}

impl Remember {
    pub(crate) fn of(same: Option<&[&'static str]>, at_most: Option<Duration>) -> Self {
        let names = |same: &[&'static str]| same.iter().map(|name| ToolName::from(*name)).collect();
        Remember { same: same.map(names), at_most }
    }
}

impl Display for Remember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        words::show(f, |f| {
            match &self.same {
                None => f.write_str("this very call")?,
                Some(same) => write!(f, "every call with the same {}", Names(same))?,
            }
            match self.at_most {
                Some(at_most) => write!(f, ", for {}", short(at_most)),
                None => Ok(()),
            }
        })
    }
}

/// `to`, or `to` and `amount`.
struct Names<'a>(&'a [ToolName]);

impl Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.0.iter().enumerate() {
            let between = match i {
                0 => "",
                _ if i + 1 == self.0.len() => " and ",
                _ => ", ",
            };
            write!(f, "{between}`{name}`")?;
        }
        Ok(())
    }
}
