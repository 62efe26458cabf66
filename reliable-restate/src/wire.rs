//! What goes between a program, the server and a service, as JSON; and by which names it is found.

use std::time::SystemTime;

use reliable_runtime::durable::alike::Alike;
use reliable_runtime::durable::halt::{Halt, HaltKind};
use reliable_runtime::durable::records::{Question, TrailEntry};
use reliable_runtime::durable::store_error::StoreError;
use reliable_runtime::durable::store_grant::StoreGrant;
use reliable_runtime::said::decision::Decision;
use reliable_runtime::said::ids::QuestionId;
use serde::{Deserialize, Serialize};

/// The service of which each run is a workflow, by its id.
pub(crate) const RUN: &str = "ReliableRun";
/// The service that takes the first answer to a question.
pub(crate) const QUESTION: &str = "ReliableQuestion";
/// The service that keeps what is the same in all runs.
pub(crate) const STORE: &str = "ReliableStore";

/// The service that remembers answers, each by what it holds for.
pub(crate) const GRANT: &str = "ReliableGrant";
/// In its state: the answer.
pub(crate) const GRANTED: &str = "granted";

/// In the state of a run: what it is about.
pub(crate) const ABOUT: &str = "about";
/// In the state of a run: why it is parked, and how it is resumed.
pub(crate) const PARKED: &str = "parked";
/// In the state of a run, before the number of a question.
pub(crate) const QUESTIONS: &str = "question/";

/// What the server hears of a run that can't be read back: nothing of it runs, and the server pauses it.
pub(crate) fn unreadable(run: &str, what: &str, why: &impl std::fmt::Display) -> String {
    format!(
        "run `{run}` {UNREADABLE}: {what} ({why}): serve it with the version of `reliable-restate` that has written that, and resume \
         it; or cancel it"
    )
}

const UNREADABLE: &str = "can't be read back";

/// Whether this, as it is said to the server, is of a run that can't be read back.
pub(crate) fn is_for_a_human(failure: &[u8]) -> bool {
    failure.windows(UNREADABLE.len()).any(|words| words == UNREADABLE.as_bytes())
}

/// What a run is stopped by that can't be read back, if this is what the server has heard of it.
pub(crate) fn stopped_by(failure: &str) -> Option<Halt> {
    let (_, behind) = failure.split_once(UNREADABLE)?;
    let (_, run) = failure[..failure.len() - behind.len()].split_once("run `")?;
    // The SDK puts it into quotation marks.
    let words = format!("run `{run}{behind}");
    Some(Halt::new(HaltKind::Store, words.trim_end_matches(['"', '\''])))
}

/// What a run is begun with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Submitted {
    pub(crate) workflow: String,
    /// As JSON.
    pub(crate) input: String,
}

/// What a run that has begun is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct About {
    pub(crate) workflow: String,
    pub(crate) version: Option<String>,
}

/// An answer on its way to the run that has asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) decision: Decision,
    pub(crate) at: SystemTime,
    /// By which whoever gave it knows it again.
    pub(crate) nonce: u64,
    /// What is to be remembered of it, if it counts.
    #[serde(default)]
    pub(crate) grant: Option<StoreGrant>,
}

impl Answer {
    pub(crate) fn new(decision: Decision, at: SystemTime, nonce: u64) -> Self {
        Answer { decision, at, nonce, grant: None }
    }

    /// To this question, by somebody.
    pub(crate) fn to(asked: &Kept, decision: Decision, at: SystemTime, nonce: u64) -> Self {
        let grant = StoreGrant::of(&asked.question, asked.alike.as_ref(), &decision, at);
        Answer { grant, ..Answer::new(decision, at, nonce) }
    }
}

/// A question in the state of its run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) awakeable: String,
    pub(crate) question: Question,
    pub(crate) decision: Option<Decision>,
    pub(crate) decided_at: Option<SystemTime>,
    pub(crate) is_void: bool,
    /// For which later questions the answer may be remembered.
    #[serde(default)]
    pub(crate) alike: Option<Alike>,
    /// The question to which the answer was given, where it was remembered.
    #[serde(default)]
    pub(crate) remembered: Option<QuestionId>,
}

impl Kept {
    pub(crate) fn new(question: Question, alike: Option<Alike>, awakeable: String) -> Self {
        Kept { awakeable, question, decision: None, decided_at: None, is_void: false, alike, remembered: None }
    }

    /// Which of the workflows of [`QUESTION`] takes its answer.
    pub(crate) fn cell(&self) -> String {
        format!("{}{CELL}{}", self.question.id, self.awakeable)
    }

    /// Whether an answer may still come.
    pub(crate) fn is_open(&self, now: SystemTime) -> bool {
        let is_expired = self.question.expires_at.is_some_and(|expires_at| now >= expires_at);
        self.decision.is_none() && !self.is_void && !is_expired
    }

    pub(crate) fn into_trail(self) -> TrailEntry {
        let mut entry = TrailEntry::new(self.question);
        entry.decision = self.decision;
        entry.decided_at = self.decided_at;
        entry.is_void = self.is_void;
        entry.remembered = self.remembered;
        entry
    }
}

/// Between the id of a question and that of the awakeable on which its run waits.
const CELL: char = '~';

/// The awakeable in the name of a cell.
pub(crate) fn awakeable_of(cell: &str) -> &str {
    cell.split_once(CELL).map_or(cell, |(_, awakeable)| awakeable)
}

/// A run that is parked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Parked {
    pub(crate) halt: Halt,
    /// Resolved, it lets the run go on.
    pub(crate) awakeable: String,
}

impl Parked {
    /// One of which nobody can say why it is, nor resume it.
    pub(crate) fn unreadable(why: &StoreError) -> Self {
        Parked { halt: Halt::new(HaltKind::Store, why.message.clone()), awakeable: String::new() }
    }

    /// Which of the workflows of [`QUESTION`] resumes it.
    pub(crate) fn cell(&self) -> String {
        format!("resume{CELL}{}", self.awakeable)
    }
}
