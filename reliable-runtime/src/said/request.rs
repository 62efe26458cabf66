//! What a human is asked.

use std::fmt::{self, Display, Write};

use crate::said::digest::Digest;
use crate::said::ids::{QuestionId, RunId};
use crate::said::name::ToolName;
use crate::said::remember::Remember;
use crate::said::words;

/// What a human is asked: may this function run, with these arguments?
///
/// Its `Display` is the call on one line. Words that come from outside, as those of an argument, have escapes for what could
/// deceive the eye, and are cut where they are long.
///
/// ```
/// use reliable::{Approver, Decision, Request};
///
/// struct SmallSums;
///
/// impl Approver for SmallSums {
///     async fn review(&self, request: &Request) -> Decision {
///         println!("{request}, because {}", request.reason.as_deref().unwrap_or("it is asked"));
///         match request.arguments.iter().find(|argument| argument.name == "amount") {
///             Some(amount) if amount.value.as_deref() == Some("1") => Decision::approve(),
///             _ => Decision::deny("not a small sum"),
///         }
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Request {
    /// Which question it is. The events that tell of it, [`Asked`](crate::said::event::Event::Asked) and its answer, have it, too.
    pub id: QuestionId,
    /// The run of an agent that the call belongs to, the innermost one; `None` outside of all.
    pub run: Option<RunId>,
    /// The step of that run; the first is 1.
    pub step: Option<u32>,
    /// The function.
    pub tool: ToolName,
    /// Why a human is asked, in the words of the option `reason`.
    pub reason: Option<String>,
    /// The arguments, in the order of the signature.
    pub arguments: Vec<Argument>,
    /// What tells this call from all others, whatever is shown of it. `None` where an argument can't be told from others of
    /// its type, since it has neither `Hash` nor, with the feature `serde`, `Serialize`.
    pub digest: Option<Digest>,
    /// For which other calls the answer may be remembered, if whoever gives it says so by
    /// [`Decision::remember`](crate::said::decision::Decision::remember). `None` where it can't be: the attribute has no option
    /// `remember`, no [`Grants`](crate::approval::grants::Grants) are in scope and no run's store remembers it, or something has
    /// no digest by which to tell it.
    pub remember: Option<Remember>,
}

impl Request {
    pub(crate) fn new(tool: ToolName) -> Self {
        let (run, step, reason, digest, remember) = (None, None, None, None, None);
        Request { id: QuestionId::new(), run, step, tool, reason, arguments: Vec::new(), digest, remember }
    }

    /// Those of its arguments of which `counts` says so.
    pub(crate) fn those(&self, counts: impl Fn(&ToolName) -> bool) -> Vec<Argument> {
        self.arguments.iter().filter(|argument| counts(&argument.name)).cloned().collect()
    }
}

/// An argument of a [`Request`]; see there for an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Argument {
    /// The name of the parameter.
    pub name: ToolName,
    /// Its value in words; `None` where it is redacted.
    pub value: Option<String>,
    /// Whether the answer may put another value in its place, by `Decision::edit`.
    #[cfg_attr(feature = "serde", serde(default))]
    pub editable: bool,
}

impl Argument {
    /// What stands for its value where it is shown.
    pub(crate) fn shown(&self) -> &str {
        self.value.as_deref().unwrap_or("<redacted>")
    }
}

impl Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        words::show(f, |f| write!(f, "{}({})", self.tool, Listed(&self.arguments)))
    }
}

/// Arguments as one reads them: `to = "ana", card = <redacted>`.
pub(crate) struct Listed<'a>(pub(crate) &'a [Argument]);

impl Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, argument) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{} = {}", argument.name, argument.shown())?;
        }
        Ok(())
    }
}
