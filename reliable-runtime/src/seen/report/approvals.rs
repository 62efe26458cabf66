//! The trail of the questions to a human, as a table.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use crate::said::event::Event;
use crate::said::fault::Fault;
use crate::said::ids::{QuestionId, RunId};
use crate::said::name::ToolName;
use crate::said::request::{Argument, Listed};
use crate::said::words::short;
use crate::seen::report::Entry;
use crate::seen::report::table::Column;

/// A question to a human, and what came of it: a row of [`Report::approvals`](crate::seen::report::Report::approvals), where
/// there is an example.
///
/// Its `Display` says on one line what may run, who said so, and what was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct ApprovalRow {
    /// When it was asked: the time since the recorder was made. That of the answer, where nobody was asked.
    pub at: Duration,
    /// Which question it is.
    pub id: QuestionId,
    /// The function.
    pub tool: ToolName,
    /// The run of an agent that the call belongs to.
    pub run: Option<RunId>,
    /// The step of that run.
    pub step: Option<u32>,
    /// Why somebody was asked.
    pub reason: Option<String>,
    /// The arguments, as far as they are shown: those with which it runs, if it does.
    pub arguments: Vec<Argument>,
    /// Those of them that the human has changed.
    pub edits: Vec<Argument>,
    /// What came of it.
    pub answer: Answer,
    /// Who decided, where that is known.
    pub by: Option<String>,
    /// How long it took.
    pub waited: Duration,
    /// Whether nobody was asked, since the answer to an earlier call holds for this one.
    pub remembered: bool,
}

/// What came of a question; see [`Report::approvals`](crate::seen::report::Report::approvals) for an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Answer {
    /// There is none yet.
    Open,
    /// Yes: the call ran.
    Approved,
    /// No, and why: the call did not run.
    Refused(Fault),
    /// The call was dropped before there was one: it did not run.
    Withdrawn,
}

impl Answer {
    /// In a word, and why.
    fn words(&self) -> (&'static str, Option<String>) {
        match self {
            Answer::Open => ("open", None),
            Answer::Approved => ("approved", None),
            Answer::Refused(Fault::Denied { reason, .. }) => ("denied", Some(reason.clone())),
            Answer::Refused(Fault::Expired { .. }) => ("expired", None),
            Answer::Refused(fault) => ("not run", Some(fault.to_string())),
            Answer::Withdrawn => ("dropped", None),
        }
    }
}

impl fmt::Display for ApprovalRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (answer, why) = self.answer.words();
        write!(f, "{}: {answer}", self.call())?;
        if let Some(by) = &self.by {
            write!(f, " by {by}")?;
        }
        if let Some(why) = why {
            write!(f, ": {why}")?;
        }
        match &*self.edits {
            [] => Ok(()),
            edits => write!(f, ", who changed {}", Listed(edits)),
        }
    }
}

impl ApprovalRow {
    fn call(&self) -> String {
        format!("{}({})", self.tool, Listed(&self.arguments))
    }

    fn answered(&self) -> String {
        let (answer, why) = self.answer.words();
        let before = if self.remembered { " as before" } else { "" };
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        format!("{answer}{before}{why}")
    }
}

pub(super) const APPROVAL_COLUMNS: [Column<ApprovalRow>; 7] = [
    ("question", |row| Some(row.id.to_string())),
    ("run", |row| row.run.as_ref().zip(row.step).map(|(run, step)| format!("{run}, step {step}"))),
    ("call", |row| Some(row.call())),
    ("answer", |row| Some(row.answered())),
    ("by", |row| row.by.clone()),
    ("after", |row| (row.waited >= Duration::from_millis(1)).then(|| short(row.waited))),
    ("changed", |row| (!row.edits.is_empty()).then(|| Listed(&row.edits).to_string())),
];

/// Puts each answer beside its question.
pub(super) fn approvals(entries: &[Entry]) -> Vec<ApprovalRow> {
    let mut rows: Vec<ApprovalRow> = Vec::new();
    let mut places = HashMap::new();
    for row in entries.iter().filter(|entry| !entry.read_back).filter_map(told) {
        if let Some(&place) = places.get(&row.id) {
            answer(&mut rows[place], row);
        } else {
            places.insert(row.id, rows.len());
            rows.push(row);
        }
    }
    rows
}

/// What one event tells of a question.
fn told(Entry { at, event, .. }: &Entry) -> Option<ApprovalRow> {
    let row = |tool: &ToolName, id: QuestionId, answer| ApprovalRow {
        at: *at,
        id,
        tool: tool.clone(),
        run: None,
        step: None,
        reason: None,
        arguments: Vec::new(),
        edits: Vec::new(),
        answer,
        by: None,
        waited: Duration::ZERO,
        remembered: false,
    };
    Some(match event.clone() {
        Event::Asked { tool, id, run, step, reason, arguments } => {
            ApprovalRow { run, step, reason, arguments, ..row(&tool, id, Answer::Open) }
        }
        Event::Approved { tool, id, run, step, by, waited, arguments, edits, remembered } => {
            ApprovalRow { run, step, arguments, edits, by, waited, remembered, ..row(&tool, id, Answer::Approved) }
        }
        Event::Refused { tool, id, run, step, by, fault, waited, arguments, remembered } => {
            ApprovalRow { run, step, arguments, by, waited, remembered, ..row(&tool, id, Answer::Refused(fault)) }
        }
        Event::Withdrawn { tool, id, waited } => ApprovalRow { waited, ..row(&tool, id, Answer::Withdrawn) },
        _ => return None,
    })
}

/// What the question says stays, and what the answer says comes to it.
fn answer(asked: &mut ApprovalRow, answered: ApprovalRow) {
    let ApprovalRow { answer, by, waited, arguments, edits, remembered, .. } = answered;
    if answer != Answer::Withdrawn {
        asked.arguments = arguments;
    }
    asked.answer = answer;
    asked.by = by;
    asked.waited = waited;
    asked.edits = edits;
    asked.remembered = remembered;
}
