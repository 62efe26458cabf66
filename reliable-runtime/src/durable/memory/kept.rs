//! What is kept of the runs.

use std::collections::HashMap;
use std::time::SystemTime;

use crate::durable::halt::{Halt, HaltKind};
use crate::durable::records::{Asking, End, Entry, Kind, Place, Question, Recording, RunInfo, Status};
use crate::said::decision::Decision;
use crate::said::idempotency::random_bits;
use crate::said::ids::QuestionId;

#[derive(Default)]
pub(super) struct Runs {
    /// In the order in which they began.
    pub(super) kept: Vec<Kept>,
    pub(super) questions: Vec<Open>,
    /// So many outcomes are recorded before the process dies.
    pub(super) left: Option<usize>,
}

/// A run.
pub(super) struct Kept {
    pub(super) id: String,
    /// The name of its workflow, and what it was submitted with.
    pub(super) submitted: Option<(String, String)>,
    pub(super) seed: u128,
    pub(super) entries: HashMap<Place, (u64, Entry)>,
    pub(super) end: Option<Ending>,
    pub(super) is_claimed: bool,
}

pub(super) enum Ending {
    End(End),
    Cancelled,
}

/// A question, until it is acted on.
pub(super) struct Open {
    place: Place,
    pub(super) question: Question,
    pub(super) decision: Option<Decision>,
}

impl Runs {
    pub(super) fn find(&mut self, id: &str) -> Option<&mut Kept> {
        self.kept.iter_mut().find(|kept| kept.id == id)
    }

    pub(super) fn find_or_begin(&mut self, id: &str) -> &mut Kept {
        let place = self.kept.iter().position(|kept| kept.id == id).unwrap_or_else(|| {
            self.kept.push(Kept::new(id, None));
            self.kept.len() - 1
        });
        &mut self.kept[place]
    }

    pub(super) fn crash(&mut self) -> Result<(), Halt> {
        match &mut self.left {
            Some(0) => {
                self.left = None;
                Err(Halt::new(HaltKind::Crashed, "the process has died, since a test asked for it: run it again"))
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The question at this place: the one that is there, if it is the same.
    pub(super) fn ask(&mut self, run: &str, place: Place, asking: Asking, now: SystemTime) -> QuestionId {
        let is_there = |open: &Open| open.question.run == run && open.place == place;
        self.questions.retain(|open| !is_there(open) || asking.is_the_same_as(&open.question.request));
        if let Some(open) = self.questions.iter().find(|open| is_there(open)) {
            return open.question.id;
        }
        let expires_at = asking.within.and_then(|within| now.checked_add(within));
        let question = Question::new(run.to_owned(), asking.request, now, expires_at);
        let id = question.id;
        self.questions.push(Open { place, question, decision: None });
        id
    }

    /// Only who answers first, and in time.
    pub(super) fn answer(&mut self, id: QuestionId, decision: Decision, now: SystemTime) -> bool {
        let open = self.questions.iter_mut().find(|open| open.question.id == id);
        match open.filter(|open| open.decision.is_none() && !open.is_expired(now)) {
            Some(open) => {
                open.decision = Some(decision);
                true
            }
            None => false,
        }
    }

    pub(super) fn finish(&mut self, run: &str, place: &Place, entry: Entry) -> Result<u64, Halt> {
        let kept = self.find(run).ok_or_else(|| gone(run))?;
        kept.goes_on()?;
        let order = kept.entries.len() as u64 + 1;
        kept.entries.insert(place.clone(), (order, entry));
        if place.kind == Kind::Question {
            self.questions.retain(|open| open.question.run != run || open.place != *place);
        }
        Ok(order)
    }
}

pub(super) fn gone(run: &str) -> Halt {
    Halt::new(HaltKind::Store, format!("run `{run}` is not there any more"))
}

impl Open {
    pub(super) fn is_expired(&self, now: SystemTime) -> bool {
        self.question.expires_at.is_some_and(|expires_at| now >= expires_at)
    }
}

impl Kept {
    pub(super) fn new(id: &str, submitted: Option<(String, String)>) -> Self {
        let (seed, entries) = (random_bits(), HashMap::new());
        Kept { id: id.to_owned(), submitted, seed, entries, end: None, is_claimed: false }
    }

    /// Unless it was ended from outside.
    pub(super) fn goes_on(&self) -> Result<(), Halt> {
        match &self.end {
            Some(Ending::Cancelled) => {
                Err(Halt::new(HaltKind::Cancelled, format!("run `{}` was cancelled: nobody goes on with it", self.id)))
            }
            Some(Ending::End(End::Parked(halt))) => Err(halt.clone()),
            _ => Ok(()),
        }
    }

    /// Takes it for this process. `Some` is the outcome that it has already.
    pub(super) fn claim(&mut self) -> Result<Option<String>, Halt> {
        self.goes_on()?;
        if let Some(Ending::End(End::Done(outcome))) = &self.end {
            return Ok(Some(outcome.clone()));
        }
        if self.is_claimed {
            let message = format!("run `{}` is under way in this process: wait for it, or stop that first", self.id);
            return Err(Halt::new(HaltKind::Busy, message));
        }
        self.is_claimed = true;
        Ok(None)
    }

    pub(super) fn info(&self) -> RunInfo {
        let status = match &self.end {
            Some(Ending::End(End::Done(_))) => Status::Ended,
            Some(Ending::End(End::Parked(halt))) => Status::Parked(halt.clone()),
            Some(Ending::Cancelled) => Status::Cancelled,
            None if self.is_claimed => Status::Running,
            None => Status::Waiting,
        };
        let workflow = self.submitted.as_ref().map(|(workflow, _)| workflow.clone());
        RunInfo::new(self.id.clone(), workflow, status, self.entries.len() as u64)
    }

    pub(super) fn recordings(&self) -> Vec<Recording> {
        let recording =
            |(place, (order, entry)): (&Place, &(u64, Entry))| Recording::new(place.clone(), *order, entry.clone());
        let mut recordings: Vec<_> = self.entries.iter().map(recording).collect();
        recordings.sort_by_key(|recording| recording.order);
        recordings
    }
}
