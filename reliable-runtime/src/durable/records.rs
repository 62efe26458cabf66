//! What is recorded of a run, and what is asked in it: plain data.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::durable::halt::Halt;
use crate::said::ids::QuestionId;
use crate::said::name::ToolName;
use crate::said::request::Request;
use crate::scope::noted::Noted;

/// Where something recorded stands in its run: known by what it is, and by how often that came before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// What is recorded there.
    pub kind: Kind,
    /// The path of the function, or the name that it was given.
    pub tool: ToolName,
    /// Its number among the calls of that function in this run; the first is 1.
    pub number: u32,
}

/// What is recorded at a [`Place`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The outcome of a call.
    Call,
    /// The answer to a question.
    Question,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { kind, tool, number } = self;
        match kind {
            Kind::Call => write!(f, "call {number} of `{tool}`"),
            Kind::Question => write!(f, "question {number} about `{tool}`"),
        }
    }
}

/// A question to a human, as a run asks it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Asking {
    /// What is asked.
    pub request: Request,
    /// How long it stands open, from when it is first asked on; `None` for ever.
    pub within: Option<Duration>,
}

impl Asking {
    /// Whether this is the question that was asked before: the same to the eye, and the same by its digest, where both have
    /// one.
    pub fn is_the_same_as(&self, before: &Request) -> bool {
        let Request { tool, reason, arguments, digest, .. } = &self.request;
        let looks_the_same = (tool, reason, arguments) == (&before.tool, &before.reason, &before.arguments);
        looks_the_same && digest.zip(before.digest).is_none_or(|(now, before)| now == before)
    }
}

/// A question that waits for an answer, in the inbox of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Question {
    /// Its id, by which it is answered.
    pub id: QuestionId,
    /// The run that asks.
    pub run: String,
    /// What is asked.
    pub request: Request,
    /// When it was first asked.
    pub asked_at: SystemTime,
    /// When it expires; `None` for never.
    pub expires_at: Option<SystemTime>,
}

impl Question {
    /// For an engine.
    pub fn new(run: String, request: Request, asked_at: SystemTime, expires_at: Option<SystemTime>) -> Self {
        Question { id: request.id, run, request, asked_at, expires_at }
    }
}

/// A run, as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct RunInfo {
    /// Its id.
    pub id: String,
    /// What it is a run of; `None` where it was not submitted.
    pub workflow: Option<String>,
    /// How it stands.
    pub status: Status,
    /// How many outcomes are recorded of it.
    pub recorded: u64,
}

impl RunInfo {
    /// For an engine.
    pub fn new(id: String, workflow: Option<String>, status: Status, recorded: u64) -> Self {
        RunInfo { id, workflow, status, recorded }
    }
}

/// How a run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Status {
    /// Nobody is at it: it is to begin, or to go on.
    Waiting,
    /// Some process is at it.
    Running,
    /// It has an outcome.
    Ended,
    /// It stopped, and goes on when somebody resumes it.
    Parked(Halt),
    /// It was ended from outside.
    Cancelled,
}

/// Something that is recorded of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recording {
    /// Where it stands.
    pub place: Place,
    /// Its number among all that was recorded in the run.
    pub order: u64,
    /// What was recorded.
    pub entry: Entry,
}

impl Recording {
    /// For an engine.
    pub fn new(place: Place, order: u64, entry: Entry) -> Self {
        Recording { place, order, entry }
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
