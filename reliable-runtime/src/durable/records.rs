//! What is recorded of a run, and what is asked in it: plain data.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::durable::alike::Alike;
use crate::durable::halt::Halt;
use crate::said::decision::Decision;
use crate::said::ids::QuestionId;
use crate::said::name::ToolName;
use crate::said::request::Request;
use crate::said::words;
use crate::scope::noted::Noted;

/// Where something recorded stands in its run: known by what it is, and by how often that came before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
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
    /// For which later questions the answer may be remembered by the store; `None` where it may not.
    pub alike: Option<Alike>,
}

impl Asking {
    /// Whether this is the question that was asked before: by its digest, and by the words of its arguments where one of the
    /// two has none. The words of a map are others in each process.
    pub fn is_the_same_as(&self, before: &Request) -> bool {
        let Request { tool, reason, arguments, digest, .. } = &self.request;
        let is_about_the_same = match digest.zip(before.digest) {
            Some((now, before)) => now == before,
            None => *arguments == before.arguments,
        };
        is_about_the_same && (tool, reason) == (&before.tool, &before.reason)
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

    /// For an engine: one of which what was asked can't be read, and why. So whoever looks after the store sees that it is there;
    /// no answer to it counts. Where not even its id can be read, it gets one.
    pub fn unreadable(id: Option<QuestionId>, run: String, tool: ToolName, why: impl fmt::Display) -> Self {
        let id = id.unwrap_or_else(QuestionId::new);
        let reason = format!("what was asked can't be read, and no answer to it counts: {why}");
        let request = Request { id, reason: Some(words::told(&reason)), ..Request::new(tool) };
        Question { id, run, request, asked_at: SystemTime::UNIX_EPOCH, expires_at: None }
    }
}

/// A question that a run has asked, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct TrailEntry {
    /// What was asked.
    pub question: Question,
    /// What was answered. `None`: nothing yet.
    pub decision: Option<Decision>,
    /// When it was answered.
    pub decided_at: Option<SystemTime>,
    /// Whether the run has asked something else in its place, so that no answer to it counts.
    pub is_void: bool,
    /// The question to which the answer was given, where it was remembered, and nobody was asked this one.
    #[cfg_attr(feature = "serde", serde(default))]
    pub remembered: Option<QuestionId>,
}

impl TrailEntry {
    /// For an engine: a question that waits.
    pub fn new(question: Question) -> Self {
        TrailEntry { question, decision: None, decided_at: None, is_void: false, remembered: None }
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
    /// The [version](crate::durable::workflows::Workflows::version) of the worker that has begun it; `None` where it has none.
    pub version: Option<String>,
    /// How it stands.
    pub status: Status,
    /// How many outcomes are recorded of it.
    pub recorded: u64,
}

impl RunInfo {
    /// For an engine: of a run that was not submitted, and that nobody is at.
    pub fn new(id: String) -> Self {
        RunInfo { id, workflow: None, version: None, status: Status::Waiting, recorded: 0 }
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Entry {
    /// The arguments in words, for a reader; nothing compares them but the event that tells of a difference.
    pub arguments: String,
    /// How it ended.
    pub outcome: Written,
    /// What the call spent in its agent's run, and what it observed.
    pub noted: Noted,
    /// When it ended, by [`Journal::now`](crate::durable::engine::Journal::now): there the time of the flow stands when this
    /// is read back.
    pub at: SystemTime,
}

/// An outcome as it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Written {
    /// As JSON: `{"Ok":…}` or `{"Err":…}`.
    Json(String),
    /// It can't be, and why. The call has run all the same, and does not run again.
    Unwritable(String),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum End {
    /// With an outcome, as JSON.
    Done(String),
    /// With trouble: it is parked until somebody resumes it.
    Parked(Halt),
}
