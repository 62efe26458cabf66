//! What went wrong, counted: each of it is to be 0.

use std::collections::HashMap;
use std::fmt;

use reliable::durable::{Kind, Recording, TrailEntry, Written};
use reliable::{Charge, Decision, Fault, Usd};

use crate::drill::agent::{Answer, CALLS, QUESTIONS, SPENT, expected};
use crate::drill::log::{Line, What};

/// What went wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wrong {
    /// Calls that were finished, and ran again.
    pub ran_again: usize,
    /// Questions, or answers to them, that are gone.
    pub lost: usize,
    /// Questions that were asked a second time.
    pub asked_twice: usize,
    /// Results that went to another branch.
    pub swapped: usize,
    /// Times at which more was booked, or less, than was spent.
    pub money: usize,
    /// Runs that came to something else.
    pub outcomes: usize,
}

/// What is known of a run when it has ended.
pub struct Seen {
    /// What its processes did.
    pub lines: Vec<Line>,
    /// What was recorded when a process had died, and its number.
    pub recorded: Vec<(u32, Vec<Recording>)>,
    /// Its questions.
    pub trail: Vec<TrailEntry>,
    /// The answers which counted: each to its question, by its id.
    pub answered: HashMap<String, Decision>,
    /// What it came to.
    pub outcome: Result<Answer, Fault>,
}

impl Wrong {
    /// Whether nothing is.
    pub fn is_nothing(self) -> bool {
        self == Wrong::default()
    }

    /// What of this run is.
    pub fn of(seen: &Seen) -> Wrong {
        Wrong {
            ran_again: seen.ran_again(),
            lost: seen.lost(),
            asked_twice: seen.trail.len().saturating_sub(QUESTIONS),
            swapped: seen.swapped(),
            money: seen.money(),
            outcomes: usize::from(!seen.is_as_expected()),
        }
    }

    /// Both together.
    pub fn and(self, other: Wrong) -> Wrong {
        Wrong {
            ran_again: self.ran_again + other.ran_again,
            lost: self.lost + other.lost,
            asked_twice: self.asked_twice + other.asked_twice,
            swapped: self.swapped + other.swapped,
            money: self.money + other.money,
            outcomes: self.outcomes + other.outcomes,
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "finished calls that ran again        {:>4}", self.ran_again)?;
        writeln!(f, "questions and answers that were lost {:>4}", self.lost)?;
        writeln!(f, "questions that were asked twice      {:>4}", self.asked_twice)?;
        writeln!(f, "results that went to another branch  {:>4}", self.swapped)?;
        writeln!(f, "money that was booked twice or lost  {:>4}", self.money)?;
        writeln!(f, "runs that came to something else     {:>4}", self.outcomes)
    }
}

impl Seen {
    /// Those of which the outcome was recorded, or had come to the flow, in an earlier process.
    fn ran_again(&self) -> usize {
        let did = self.lines.iter().filter_map(|line| match &line.what {
            What::Did(what) => Some((line.life, what)),
            _ => None,
        });
        did.filter(|(life, what)| self.is_finished_before(*life, what)).count()
    }

    fn is_finished_before(&self, life: u32, what: &str) -> bool {
        let has_come = self.lines.iter().any(|line| line.life < life && line.what == What::Got(what.to_owned()));
        let gives = |recording: &Recording| match &recording.entry.outcome {
            Written::Json(json) => recording.place.kind == Kind::Call && json.contains(&format!("\"{what}\"")),
            Written::Unwritable(_) => false,
        };
        has_come || self.recorded.iter().any(|(ended, recorded)| *ended < life && recorded.iter().any(gives))
    }

    /// In flight when their process died: those may run again.
    pub fn in_flight(&self) -> usize {
        let did: Vec<_> = self.lines.iter().filter(|line| matches!(line.what, What::Did(_))).collect();
        did.len().saturating_sub(CALLS)
    }

    fn lost(&self) -> usize {
        let answers = self.answered.iter().filter(|(id, decision)| {
            !self.trail.iter().any(|asked| {
                asked.question.id.to_string() == **id && asked.decision.as_ref() == Some(*decision) && !asked.is_void
            })
        });
        QUESTIONS.saturating_sub(self.trail.len()) + answers.count()
    }

    fn swapped(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line.what, What::Swapped { .. })).count()
    }

    fn money(&self) -> usize {
        let wrong = self.lines.iter().filter(|line| match line.what {
            What::Spent { step, micros } => SPENT.get(step as usize - 1) != Some(&micros),
            _ => false,
        });
        let (_, last) = self.recorded.last().expect("a run that has ended is recorded");
        let charges: Vec<_> = last.iter().flat_map(|recording| &recording.entry.noted.charges).collect();
        let booked = |cents| charges.iter().filter(|charge| ***charge == Charge::usd(Usd::cents(cents))).count();
        wrong.count() + usize::from((booked(1), booked(25), charges.len()) != (4, 2, 6))
    }

    fn is_as_expected(&self) -> bool {
        let (_, last) = self.recorded.last().expect("a run that has ended is recorded");
        self.outcome.as_ref() == Ok(&expected()) && last.len() == CALLS + QUESTIONS
    }
}
