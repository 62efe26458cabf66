//! Why a durable run stopped without an outcome.

use std::error::Error;
use std::fmt;

/// Why a durable run stopped without an outcome of its own, and what to do.
///
/// It is never the error of a tool: no `#[retry]` repeats it and no `#[fallback]` answers it. Nothing runs any more, and what
/// was recorded stays. Its `Display` says what happened and what to do.
///
/// ```
/// use reliable::durable::{Halt, HaltKind, Memory};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let memory = Memory::new();
/// let inner = memory.clone();
/// let halt: Halt = memory.run("trip-42", async move { inner.run("trip-42", async {}).await.unwrap_err() }).await.unwrap();
/// assert_eq!(halt.kind, HaltKind::Busy);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Halt {
    /// What kind of trouble it is.
    pub kind: HaltKind,
    /// What happened, and what to do.
    pub message: String,
}

/// What kind of trouble a [`Halt`] is; see there for an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum HaltKind {
    /// Another process, or another place of this one, is at this run.
    Busy,
    /// Another process has taken the run over while this one was at it.
    LeaseLost,
    /// What is recorded does not fit the program: an outcome can't be read, or could not be written, as its type; or what is
    /// written of the run can't be read at all.
    Mismatch,
    /// Something that is recorded was called where its place is not certain: in a task of its own, or a question inside a
    /// recorded call.
    Misplaced,
    /// The store has failed.
    Store,
    /// The run was cancelled from outside.
    Cancelled,
    /// A test has let the process die here.
    Crashed,
}

impl HaltKind {
    /// Its name, for machines: `lease_lost`.
    ///
    /// ```
    /// use reliable::durable::HaltKind;
    ///
    /// assert_eq!(HaltKind::LeaseLost.name(), "lease_lost");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            HaltKind::Busy => "busy",
            HaltKind::LeaseLost => "lease_lost",
            HaltKind::Mismatch => "mismatch",
            HaltKind::Misplaced => "misplaced",
            HaltKind::Store => "store",
            HaltKind::Cancelled => "cancelled",
            HaltKind::Crashed => "crashed",
        }
    }
}

impl Halt {
    /// For an engine: trouble of this kind, in words that say what happened and what to do.
    ///
    /// ```
    /// use reliable::durable::{Halt, HaltKind};
    ///
    /// let full = Halt::new(HaltKind::Store, "the disk is full: make room, and run it again");
    /// assert_eq!(full.to_string(), "the disk is full: make room, and run it again");
    /// ```
    pub fn new(kind: HaltKind, message: impl Into<String>) -> Self {
        Halt { kind, message: message.into() }
    }

    /// For an engine: this run was cancelled.
    ///
    /// ```
    /// use reliable::durable::{Halt, HaltKind};
    ///
    /// assert_eq!(Halt::cancelled("trip-42").kind, HaltKind::Cancelled);
    /// ```
    pub fn cancelled(run: &str) -> Self {
        let message = format!(
            "run `{run}` was cancelled, and nobody goes on with it: what is to be done all the same, begin as a run with another id"
        );
        Halt::new(HaltKind::Cancelled, message)
    }
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Halt {}
