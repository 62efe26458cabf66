//! What the log of a run says.

use std::collections::{BTreeMap, HashMap};
use std::task::Poll;
use std::time::SystemTime;

use reliable_runtime::durable::alike::Alike;
use reliable_runtime::durable::records::{Asking, Entry, Place, Question};
use reliable_runtime::durable::store_grant::StoreGrant;
use reliable_runtime::said::decision::Decision;
use reliable_runtime::said::ids::QuestionId;

use crate::run::record::{Began, Item, Record};
use crate::wire::Kept;

#[derive(Default)]
pub(crate) struct Log {
    pub(crate) began: Option<Began>,
    pub(crate) entries: HashMap<Place, (u64, Entry)>,
    pub(crate) questions: HashMap<QuestionId, Asked>,
    /// The question that was asked last at a place.
    at: HashMap<Place, QuestionId>,
    /// Where it was looked, or is, whether an answer is remembered.
    pub(crate) recalls: HashMap<Place, Recall>,
    /// The instants at which the server wakes the run, and whether it has.
    pub(crate) timers: BTreeMap<SystemTime, bool>,
    /// It can't be earlier than this.
    pub(crate) reached: Option<SystemTime>,
}

/// It is looked whether an answer to a question is remembered.
pub(crate) struct Recall {
    pub(crate) question: Question,
    pub(crate) alike: Alike,
    /// So many are still to say what they know.
    pub(crate) missing: usize,
    pub(crate) found: Vec<StoreGrant>,
    /// Whether it is recorded what came of it.
    pub(crate) is_over: bool,
}

/// A question that the run has asked.
pub(crate) struct Asked {
    /// Its number among those of the run.
    pub(crate) number: usize,
    pub(crate) kept: Kept,
    pub(crate) nonce: Option<u64>,
    /// Whether it was closed from here.
    pub(crate) is_closed: bool,
}

impl Log {
    pub(crate) fn outcomes(&self) -> u64 {
        self.entries.len() as u64
    }

    /// These are the next to be recorded.
    pub(crate) fn record(&self, items: Vec<Item>) -> Record {
        let finished = items.iter().filter(|item| matches!(item, Item::Finished { .. })).count();
        Record { outcomes: self.outcomes() + finished as u64, items }
    }

    pub(crate) fn now(&self) -> SystemTime {
        let now = SystemTime::now();
        self.reached.map_or(now, |reached| reached.max(now))
    }

    pub(crate) fn reach(&mut self, time: SystemTime) {
        self.reached = Some(self.reached.map_or(time, |reached| reached.max(time)));
    }

    pub(crate) fn finish(&mut self, place: Place, entry: Entry) {
        self.reach(entry.at);
        let order = self.outcomes() + 1;
        self.entries.entry(place).or_insert((order, entry));
    }

    pub(crate) fn ask(&mut self, place: Place, kept: Kept) -> &mut Asked {
        let (id, number) = (kept.question.id, self.questions.len() + 1);
        self.at.insert(place, id);
        self.questions.entry(id).or_insert(Asked { number, kept, nonce: None, is_closed: false })
    }

    /// The question that stands at this place, and whether it is this one.
    pub(crate) fn asked_at(&self, place: &Place, asking: &Asking) -> Option<(QuestionId, bool)> {
        let asked = self.questions.get(self.at.get(place)?)?;
        let question = &asked.kept.question;
        Some((question.id, !asked.kept.is_void && asking.is_the_same_as(&question.request)))
    }

    /// What is remembered for this question, when that is known.
    pub(crate) fn recalled(&self, place: &Place, asking: &Asking) -> Poll<Option<(QuestionId, Decision)>> {
        let asked = self.at.get(place).and_then(|id| self.questions.get(id));
        if let Some(Asked { kept, .. }) = asked {
            let is_it = kept.remembered.is_some() && asking.is_the_same_as(&kept.question.request);
            return Poll::Ready(kept.decision.clone().filter(|_| is_it).map(|decision| (kept.question.id, decision)));
        }
        match self.recalls.get(place) {
            Some(Recall { is_over: true, .. }) => Poll::Ready(None),
            _ => Poll::Pending,
        }
    }

    /// One of those who remember answers has said what it knows. What there is to record, if it was the last.
    pub(crate) fn recall(&mut self, place: Place, found: Option<StoreGrant>) -> Option<Item> {
        let at = self.now();
        let recall = self.recalls.get_mut(&place).filter(|recall| !recall.is_over)?;
        recall.missing = recall.missing.saturating_sub(1);
        recall.found.extend(found);
        let grant = StoreGrant::that_answers(&recall.alike, &recall.found, at).cloned();
        (recall.missing == 0).then_some(Item::Recalled { place, grant, at })
    }

    /// Whether it was looked, or is, what is remembered for the question at this place.
    pub(crate) fn is_recalled(&self, place: &Place) -> bool {
        self.at.contains_key(place) || self.recalls.contains_key(place)
    }

    /// The question at this place, if it is open.
    pub(crate) fn waits_at(&self, place: &Place) -> Option<QuestionId> {
        let id = *self.at.get(place)?;
        self.questions.get(&id)?.is_open().then_some(id)
    }

    pub(crate) fn decide(&mut self, id: QuestionId, decision: Decision, at: SystemTime, nonce: Option<u64>) {
        if let Some(asked) = self.questions.get_mut(&id)
            && asked.kept.decision.is_none()
        {
            asked.kept.decision = Some(decision);
            asked.kept.decided_at = Some(at);
            asked.nonce = nonce;
        }
    }

    /// Those whose time is up, and which nobody has closed yet.
    pub(crate) fn expired(&self, now: SystemTime) -> Vec<QuestionId> {
        let is_due = |asked: &&Asked| asked.is_open() && asked.expires_at().is_some_and(|expires_at| now >= expires_at);
        self.questions.values().filter(is_due).map(|asked| asked.kept.question.id).collect()
    }

    /// When the time of the next one is up.
    pub(crate) fn next_expiry(&self) -> Option<SystemTime> {
        self.questions.values().filter(|asked| asked.is_open()).filter_map(Asked::expires_at).min()
    }

    /// Whether the server wakes the run at this time, or before it.
    pub(crate) fn is_woken_by(&self, time: SystemTime) -> bool {
        self.timers.range(..=time).any(|(_, has_come)| !has_come)
    }
}

impl Asked {
    fn is_open(&self) -> bool {
        self.kept.decision.is_none() && !self.kept.is_void && !self.is_closed
    }

    fn expires_at(&self) -> Option<SystemTime> {
        self.kept.question.expires_at
    }
}
