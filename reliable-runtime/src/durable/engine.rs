//! What an engine has to do: the contract for whoever writes one.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use crate::durable::halt::Halt;
use crate::said::name::ToolName;
use crate::scope::noted::Noted;

/// What an engine is still to say.
pub type Wait<T> = Pin<Box<dyn Future<Output = Result<T, Halt>> + Send>>;

/// Keeps runs, in a store that outlives the process.
///
/// One run is driven by one process at a time, and by one place of it: the engine sees to that, with a lease.
pub trait Engine: Send + Sync + 'static {
    /// Takes this run, and begins it where it was never begun.
    ///
    /// # Errors
    /// [`Busy`](crate::durable::halt::HaltKind::Busy), with who has it; the reason of a run that is parked.
    fn claim(self: Arc<Self>, run: String) -> Wait<Claim>;
}

/// What there is of a run.
#[non_exhaustive]
pub enum Claim {
    /// It is ended: this is its outcome, as it was given to [`Journal::end`].
    Ended(String),
    /// It is this process's to go on with.
    Mine(Arc<dyn Journal>),
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Claim::Ended(outcome) => f.debug_tuple("Ended").field(outcome).finish(),
            Claim::Mine(_) => f.write_str("Mine(..)"),
        }
    }
}

/// One run that this process has claimed. Dropped, it gives the run back: whoever claims it next goes on with it.
///
/// Every write is refused with [`LeaseLost`](crate::durable::halt::HaltKind::LeaseLost) when the run is no longer this process's.
pub trait Journal: Send + Sync {
    /// Whether the call at this place has an outcome.
    ///
    /// What is recorded is ready when this is polled first: else a place that comes later in the program could be taken for
    /// an earlier one.
    fn begin(self: Arc<Self>, place: &Place) -> Wait<Begun>;

    /// Records an outcome, durably, and gives its number among all that was recorded in this run: greater than that of every
    /// outcome that was recorded before.
    fn finish(self: Arc<Self>, place: Place, entry: Entry) -> Wait<u64>;

    /// The call at this place was dropped before it had an outcome, and its process lives on.
    fn abandon(&self, place: &Place);

    /// Waits until this instant has come, at which [`now`](Journal::now) gives it.
    fn sleep(self: Arc<Self>, until: SystemTime) -> Wait<()>;

    /// The time. It goes on while nothing runs.
    fn now(&self) -> SystemTime;

    /// A random number which the run was given when it began: the same in all its lives.
    fn seed(&self) -> u128;

    /// The run has ended so: nothing is recorded any more. What it gives is done when it is ready.
    fn end(self: Arc<Self>, end: End) -> Wait<()>;
}

/// Where something recorded stands in its run: known by what it is, and by how often that came before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The path of the function, or the name that it was given.
    pub tool: ToolName,
    /// Its number among the calls of that function in this run; the first is 1.
    pub number: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call {} of `{}`", self.number, &*self.tool)
    }
}

/// What there is at a [`Place`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Begun {
    /// An outcome.
    Recorded {
        /// Its number among all that was recorded in this run.
        order: u64,
        /// What was recorded.
        entry: Entry,
    },
    /// Nothing: the call is to run.
    Run,
}

/// What is recorded of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The arguments in words, for a reader; nothing compares them but the event that tells of a difference.
    pub arguments: String,
    /// How it ended.
    pub outcome: Written,
    /// What the call spent in its agent's run, and what it observed.
    pub noted: Noted,
}

/// An outcome as it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// As JSON: `{"Ok":…}` or `{"Err":…}`.
    Json(String),
    /// It can't be, and why. The call has run all the same, and does not run again.
    Unwritable(String),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// With an outcome, as JSON.
    Done(String),
    /// With trouble: it is parked until somebody resumes it.
    Parked(Halt),
}
