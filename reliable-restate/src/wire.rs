//! What goes between a program, the server and a service, as JSON; and by which names it is found.

use std::time::SystemTime;

use reliable_runtime::durable::halt::Halt;
use reliable_runtime::durable::records::{Question, TrailEntry};
use reliable_runtime::said::decision::Decision;
use serde::{Deserialize, Serialize};

/// The service of which each run is a workflow, by its id.
pub(crate) const RUN: &str = "ReliableRun";
/// The service that takes the first answer to a question.
pub(crate) const QUESTION: &str = "ReliableQuestion";
/// The service that keeps what is the same in all runs.
pub(crate) const STORE: &str = "ReliableStore";

/// In the state of a run: what it is about.
pub(crate) const ABOUT: &str = "about";
/// In the state of a run: why it is parked, and how it is resumed.
pub(crate) const PARKED: &str = "parked";
/// In the state of a run, before the number of a question.
pub(crate) const QUESTIONS: &str = "question/";

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
}

/// A question in the state of its run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) awakeable: String,
    pub(crate) question: Question,
    pub(crate) decision: Option<Decision>,
    pub(crate) decided_at: Option<SystemTime>,
    pub(crate) is_void: bool,
}

impl Kept {
    pub(crate) fn new(question: Question, awakeable: String) -> Self {
        Kept { awakeable, question, decision: None, decided_at: None, is_void: false }
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
    /// Which of the workflows of [`QUESTION`] resumes it.
    pub(crate) fn cell(&self) -> String {
        format!("resume{CELL}{}", self.awakeable)
    }
}
