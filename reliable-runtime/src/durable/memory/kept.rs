//! What is kept of the runs.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use crate::durable::alike::Alike;
use crate::durable::halt::{Halt, HaltKind};
use crate::durable::records::{Asking, End, Entry, Kind, Place, Question, Recording, RunInfo, Status, TrailEntry};
use crate::durable::store_grant::StoreGrant;
use crate::said::decision::Decision;
use crate::said::idempotency::random_bits;
use crate::said::ids::QuestionId;

#[derive(Default)]
pub(super) struct Runs {
    /// In the order in which they began.
    pub(super) kept: Vec<Kept>,
    /// In the order in which they were asked.
    pub(super) questions: Vec<Open>,
    /// So many outcomes are recorded before the process dies.
    pub(super) left: Option<usize>,
    /// The answers that hold for later questions, in the order in which they were given.
    pub(super) grants: Vec<StoreGrant>,
    /// How long these hold.
    pub(super) remember_for: Option<Duration>,
}

/// A run.
pub(super) struct Kept {
    pub(super) id: String,
    /// The name of its workflow, and what it was submitted with.
    pub(super) submitted: Option<(String, String)>,
    /// That of the worker which has begun it.
    pub(super) version: Option<String>,
    pub(super) has_begun: bool,
    pub(super) seed: u128,
    pub(super) began: SystemTime,
    pub(super) entries: HashMap<Place, (u64, Entry)>,
    pub(super) end: Option<Ending>,
    pub(super) is_claimed: bool,
}

pub(super) enum Ending {
    End(End),
    Cancelled,
}

/// A question, and what became of it.
pub(super) struct Open {
    place: Place,
    pub(super) asked: TrailEntry,
    alike: Option<Alike>,
    /// Whether the run has gone on with its answer.
    is_over: bool,
}

impl Runs {
    pub(super) fn find(&mut self, id: &str) -> Option<&mut Kept> {
        self.kept.iter_mut().find(|kept| kept.id == id)
    }

    pub(super) fn find_or_begin(&mut self, id: &str, now: SystemTime) -> &mut Kept {
        let place = self.kept.iter().position(|kept| kept.id == id).unwrap_or_else(|| {
            self.kept.push(Kept::new(id, None, now));
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
        if let Some(open) = self.standing(run, &place) {
            if asking.is_the_same_as(&open.asked.question.request) {
                return open.asked.question.id;
            }
            open.asked.is_void = true;
        }
        let expires_at = asking.within.and_then(|within| now.checked_add(within));
        let question = Question::new(run.to_owned(), asking.request, now, expires_at);
        let id = question.id;
        self.questions.push(Open { place, asked: TrailEntry::new(question), alike: asking.alike, is_over: false });
        id
    }

    /// The question that stands at this place.
    fn standing(&mut self, run: &str, place: &Place) -> Option<&mut Open> {
        let stands = |open: &&mut Open| open.asked.question.run == run && open.place == *place && !open.asked.is_void;
        self.questions.iter_mut().rfind(stands)
    }

    /// The answer that is remembered for this question: with it, the question stands in the trail.
    pub(super) fn recall(
        &mut self,
        run: &str,
        place: Place,
        asking: Asking,
        now: SystemTime,
    ) -> Option<(QuestionId, Decision)> {
        let alike = asking.alike.as_ref()?;
        // An earlier life may have died before it was recorded.
        let earlier = self.standing(run, &place).map(|open| &open.asked);
        if let Some(earlier) =
            earlier.filter(|it| it.remembered.is_some() && asking.is_the_same_as(&it.question.request))
        {
            return Some((earlier.question.id, earlier.decision.clone()?));
        }
        let grant = StoreGrant::that_answers(alike, &self.grants, now)?;
        let (remembered, decision) = (grant.question.id, grant.decision.clone());
        let id = self.ask(run, place, asking, now);
        let open = self.question(id).filter(|open| open.waits(now))?;
        open.decide(decision.clone(), now);
        open.asked.remembered = Some(remembered);
        Some((id, decision))
    }

    pub(super) fn question(&mut self, id: QuestionId) -> Option<&mut Open> {
        self.questions.iter_mut().find(|open| open.asked.question.id == id)
    }

    /// Only who answers first, and in time.
    pub(super) fn answer(&mut self, id: QuestionId, decision: Decision, now: SystemTime) -> bool {
        let open = self.question(id).filter(|open| open.waits(now));
        let Some(open) = open else { return false };
        let grant = StoreGrant::of(&open.asked.question, open.alike.as_ref(), &decision, now);
        open.decide(decision, now);
        if let Some(grant) = grant {
            self.remember(grant, now);
        }
        true
    }

    /// The time of a question is up. What it has come to: somebody may have been quicker.
    pub(super) fn expire(&mut self, id: QuestionId, now: SystemTime) -> Decision {
        let Some(open) = self.question(id) else { return Decision::Expired };
        if open.asked.decision.is_none() {
            open.decide(Decision::Expired, now);
        }
        open.asked.decision.clone().unwrap_or(Decision::Expired)
    }

    fn remember(&mut self, grant: StoreGrant, now: SystemTime) {
        self.grants.retain(|before| before.holds(now));
        let before = self.grants.iter().position(|before| before.alike.key == grant.alike.key);
        if let Some(place) = before {
            if !self.grants[place].gives_way_to(&grant) {
                return;
            }
            self.grants.remove(place);
        }
        self.grants.push(grant);
    }

    /// Nobody waits for its answer any more.
    pub(super) fn abandon(&mut self, run: &str, place: &Place) {
        let asked = self.questions.iter_mut().filter(|open| open.asked.question.run == run && open.place == *place);
        for open in asked.filter(|open| !open.is_over) {
            open.asked.is_void = true;
        }
    }

    pub(super) fn finish(&mut self, run: &str, place: &Place, entry: Entry) -> Result<u64, Halt> {
        let kept = self.find(run).ok_or_else(|| gone(run))?;
        kept.goes_on()?;
        let order = kept.entries.len() as u64 + 1;
        kept.entries.insert(place.clone(), (order, entry));
        if place.kind == Kind::Question {
            let acted_on =
                self.questions.iter_mut().rfind(|open| open.asked.question.run == run && open.place == *place);
            if let Some(open) = acted_on {
                open.is_over = true;
            }
        }
        Ok(order)
    }
}

pub(super) fn gone(run: &str) -> Halt {
    Halt::new(HaltKind::Store, format!("run `{run}` is not there any more: run it again, and it begins anew"))
}

impl Open {
    /// Whether it waits for an answer.
    pub(super) fn waits(&self, now: SystemTime) -> bool {
        let TrailEntry { question, decision, is_void, .. } = &self.asked;
        let is_expired = question.expires_at.is_some_and(|expires_at| now >= expires_at);
        decision.is_none() && !is_void && !self.is_over && !is_expired
    }

    pub(super) fn decide(&mut self, decision: Decision, now: SystemTime) {
        self.asked.decision = Some(decision);
        self.asked.decided_at = Some(now);
    }
}

impl Kept {
    pub(super) fn new(id: &str, submitted: Option<(String, String)>, began: SystemTime) -> Self {
        Kept {
            id: id.to_owned(),
            submitted,
            version: None,
            has_begun: false,
            seed: random_bits(),
            began,
            entries: HashMap::new(),
            end: None,
            is_claimed: false,
        }
    }

    /// Whether a worker of this version is to take it up.
    pub(super) fn is_for(&self, workflows: &[String], version: Option<&str>) -> bool {
        let is_of_these = self.submitted.as_ref().is_some_and(|(workflow, _)| workflows.contains(workflow));
        let fits = !self.has_begun || self.version.as_deref() == version;
        is_of_these && fits && self.end.is_none() && !self.is_claimed
    }

    /// Unless it was ended from outside.
    pub(super) fn goes_on(&self) -> Result<(), Halt> {
        match &self.end {
            Some(Ending::Cancelled) => Err(Halt::cancelled(&self.id)),
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
        RunInfo {
            workflow,
            version: self.version.clone(),
            status,
            recorded: self.entries.len() as u64,
            ..RunInfo::new(self.id.clone())
        }
    }

    pub(super) fn recordings(&self) -> Vec<Recording> {
        let recording =
            |(place, (order, entry)): (&Place, &(u64, Entry))| Recording::new(place.clone(), *order, entry.clone());
        let mut recordings: Vec<_> = self.entries.iter().map(recording).collect();
        recordings.sort_by_key(|recording| recording.order);
        recordings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::said::request::Request;

    #[test]
    fn an_answer_that_counted_is_not_taken_back_when_the_time_is_up() {
        let (mut runs, now, minute) = (Runs::default(), SystemTime::now(), Duration::from_secs(60));
        let place = |number| Place { kind: Kind::Question, tool: "pay".into(), number };
        let asking = || Asking { request: Request::new("pay".into()), within: Some(minute), alike: None };
        let [answered, open] = [1, 2].map(|number| runs.ask("trip-42", place(number), asking(), now));
        assert!(runs.answer(answered, Decision::approve(), now));
        assert_eq!(runs.expire(answered, now + minute), Decision::approve());
        assert_eq!(runs.expire(open, now + minute), Decision::Expired);
        assert!(!runs.answer(open, Decision::approve(), now));
    }
}
