//! The engine behind the handle.

use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::base::timer;
use crate::durable::alike::Holds;
use crate::durable::engine::{Claim, Engine, Journal, Reply, Wait, Work};
use crate::durable::halt::Halt;
use crate::durable::memory::kept::{Ending, Kept, Runs, gone};
use crate::durable::records::{Asking, Begun, End, Entry, Place, Question, Recording, RunInfo, TrailEntry};
use crate::durable::store_error::StoreError;
use crate::durable::store_grant::StoreGrant;
use crate::said::decision::Decision;
use crate::said::idempotency::random_bits;
use crate::said::ids::QuestionId;

pub(super) struct Store {
    runs: Mutex<Runs>,
    /// Whoever waits looks again when something has changed.
    changed: Notify,
    key: u128,
    /// One instant on two clocks.
    began: (SystemTime, Instant),
}

impl Store {
    pub(super) fn new() -> Self {
        Store {
            runs: Mutex::default(),
            changed: Notify::new(),
            key: random_bits(),
            began: (SystemTime::now(), Instant::now()),
        }
    }

    pub(super) fn runs(&self) -> MutexGuard<'_, Runs> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> SystemTime {
        let (time, instant) = self.began;
        time + instant.elapsed()
    }

    /// Changes something, and tells those who wait.
    fn change<T>(&self, change: impl FnOnce(&mut Runs) -> T) -> T {
        let changed = change(&mut self.runs());
        self.changed.notify_waiters();
        changed
    }

    /// Ready when there is an answer.
    async fn when<T>(&self, mut ask: impl FnMut(&mut Runs) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            let answer = ask(&mut self.runs());
            match answer {
                Some(answer) => return answer,
                None => changed.await,
            }
        }
    }

    fn claimed(self: &Arc<Self>, kept: &Kept) -> Arc<dyn Journal> {
        let goes_on = !kept.entries.is_empty();
        Arc::new(Claimed { store: Arc::clone(self), run: kept.id.clone(), seed: kept.seed, began: kept.began, goes_on })
    }
}

fn no_such_run(run: &str) -> StoreError {
    StoreError::new(format!("there is no run `{run}`"))
}

impl Engine for Store {
    fn claim(self: Arc<Self>, run: String) -> Wait<Claim> {
        let (now, mut runs) = (self.now(), self.runs());
        let kept = runs.find_or_begin(&run, now);
        let claim = kept.claim().map(|ended| match ended {
            Some(outcome) => Claim::Ended(outcome),
            None => Claim::Mine(self.claimed(kept)),
        });
        drop(runs);
        Box::pin(ready(claim))
    }

    fn submit(self: Arc<Self>, workflow: String, run: String, input: String) -> Reply<bool> {
        let now = self.now();
        let is_new = self.change(|runs| {
            let is_new = runs.find(&run).is_none();
            if is_new {
                runs.kept.push(Kept::new(&run, Some((workflow, input)), now));
            }
            is_new
        });
        Box::pin(ready(Ok(is_new)))
    }

    fn next(self: Arc<Self>, workflows: Vec<String>, version: Option<String>) -> Reply<Work> {
        Box::pin(async move {
            let store = Arc::clone(&self);
            let work = |runs: &mut Runs| {
                let kept = runs.kept.iter_mut().find(|kept| kept.is_for(&workflows, version.as_deref()))?;
                let (workflow, input) = kept.submitted.clone()?;
                kept.is_claimed = true;
                if !std::mem::replace(&mut kept.has_begun, true) {
                    kept.began = store.now();
                    kept.version.clone_from(&version);
                }
                Some(Work::new(kept.id.clone(), workflow, input, store.claimed(kept)))
            };
            Ok(self.when(work).await)
        })
    }

    fn outcome(self: Arc<Self>, run: String) -> Reply<String> {
        Box::pin(async move {
            let ended = |runs: &mut Runs| {
                let Some(kept) = runs.find(&run) else { return Some(Err(no_such_run(&run))) };
                match &kept.end {
                    Some(Ending::End(End::Done(outcome))) => Some(Ok(outcome.clone())),
                    _ => kept.goes_on().err().map(|halt| Err(StoreError::new(halt.message))),
                }
            };
            self.when(ended).await
        })
    }

    fn list(self: Arc<Self>) -> Reply<Vec<RunInfo>> {
        let runs = self.runs().kept.iter().rev().map(Kept::info).collect();
        Box::pin(ready(Ok(runs)))
    }

    fn show(self: Arc<Self>, run: String) -> Reply<Vec<Recording>> {
        let shown = self.runs().find(&run).map(|kept| kept.recordings()).ok_or_else(|| no_such_run(&run));
        Box::pin(ready(shown))
    }

    fn trail(self: Arc<Self>, run: String) -> Reply<Vec<TrailEntry>> {
        let mut runs = self.runs();
        let trail = match runs.find(&run) {
            Some(_) => Ok(runs
                .questions
                .iter()
                .map(|open| &open.asked)
                .filter(|asked| asked.question.run == run)
                .cloned()
                .collect()),
            None => Err(no_such_run(&run)),
        };
        drop(runs);
        Box::pin(ready(trail))
    }

    fn cancel(self: Arc<Self>, run: String) -> Reply<bool> {
        let cancelled = self.change(|runs| {
            let kept = runs.find(&run).ok_or_else(|| no_such_run(&run))?;
            let is_open = matches!(kept.end, None | Some(Ending::End(End::Parked(_))));
            if is_open {
                kept.end = Some(Ending::Cancelled);
                let asked =
                    runs.questions.iter_mut().map(|open| &mut open.asked).filter(|asked| asked.question.run == run);
                asked.filter(|asked| asked.decision.is_none()).for_each(|asked| asked.is_void = true);
            }
            Ok(is_open)
        });
        Box::pin(ready(cancelled))
    }

    fn resume(self: Arc<Self>, run: String) -> Reply<bool> {
        let resumed = self.change(|runs| {
            let kept = runs.find(&run).ok_or_else(|| no_such_run(&run))?;
            let is_parked = matches!(kept.end, Some(Ending::End(End::Parked(_))));
            if is_parked {
                kept.end = None;
            }
            Ok(is_parked)
        });
        Box::pin(ready(resumed))
    }

    fn pending(self: Arc<Self>) -> Reply<Vec<Question>> {
        let now = self.now();
        let runs = self.runs();
        let pending =
            runs.questions.iter().filter(|open| open.waits(now)).map(|open| open.asked.question.clone()).collect();
        Box::pin(ready(Ok(pending)))
    }

    fn answer(self: Arc<Self>, question: QuestionId, decision: Decision) -> Reply<bool> {
        let now = self.now();
        let counts = self.change(|runs| runs.answer(question, decision, now));
        Box::pin(ready(Ok(counts)))
    }

    fn grants(self: Arc<Self>) -> Reply<Vec<StoreGrant>> {
        let now = self.now();
        let grants = self.runs().grants.iter().filter(|grant| grant.holds(now)).cloned().collect();
        Box::pin(ready(Ok(grants)))
    }

    fn revoke(self: Arc<Self>, question: QuestionId) -> Reply<bool> {
        let now = self.now();
        let grants = &mut self.runs().grants;
        let place = grants.iter().position(|grant| grant.question.id == question && grant.holds(now));
        let revoked = place.map(|place| grants.remove(place)).is_some();
        Box::pin(ready(Ok(revoked)))
    }
}

/// A run that this process is at.
struct Claimed {
    store: Arc<Store>,
    run: String,
    seed: u128,
    began: SystemTime,
    goes_on: bool,
}

impl Claimed {
    fn kept<T>(&self, ask: impl FnOnce(&mut Kept) -> T) -> Result<T, Halt> {
        let mut runs = self.store.runs();
        let kept = runs.find(&self.run).ok_or_else(|| gone(&self.run))?;
        kept.goes_on()?;
        Ok(ask(kept))
    }

    fn stopped(&self, runs: &mut Runs) -> Option<Halt> {
        runs.find(&self.run).map_or_else(|| Some(gone(&self.run)), |kept| kept.goes_on().err())
    }

    fn expire(&self, question: QuestionId) -> Decision {
        let now = self.store.now();
        self.store.change(|runs| runs.expire(question, now))
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        self.store.change(|runs| {
            if let Some(kept) = runs.find(&self.run) {
                kept.is_claimed = false;
            }
        });
    }
}

impl Journal for Claimed {
    fn begin(self: Arc<Self>, place: &Place) -> Wait<Begun> {
        let begun = self.kept(|kept| match kept.entries.get(place) {
            Some((order, entry)) => Begun::Recorded { order: *order, entry: entry.clone() },
            None => Begun::Run,
        });
        Box::pin(ready(begun))
    }

    fn finish(self: Arc<Self>, place: Place, entry: Entry) -> Wait<u64> {
        let finished = self.store.change(|runs| {
            runs.crash()?;
            runs.finish(&self.run, &place, entry)
        });
        Box::pin(ready(finished))
    }

    fn abandon(&self, place: &Place) {
        self.store.change(|runs| runs.abandon(&self.run, place));
    }

    fn ask(self: Arc<Self>, place: Place, question: Asking) -> Wait<QuestionId> {
        let now = self.store.now();
        let going_on = self.kept(|_| ());
        let asked = going_on.map(|()| self.store.change(|runs| runs.ask(&self.run, place, question, now)));
        Box::pin(ready(asked))
    }

    fn holds(&self) -> Holds {
        self.store.runs().remember_for.map_or(Holds::UntilRevoked, Holds::AtMost)
    }

    fn recall(self: Arc<Self>, place: Place, question: Asking) -> Wait<Option<(QuestionId, Decision)>> {
        let now = self.store.now();
        let going_on = self.kept(|_| ());
        let recalled = going_on.map(|()| self.store.change(|runs| runs.recall(&self.run, place, question, now)));
        Box::pin(ready(recalled))
    }

    fn decided(self: Arc<Self>, question: QuestionId) -> Wait<Decision> {
        Box::pin(async move {
            let decided = |runs: &mut Runs| {
                if let Some(halt) = self.stopped(runs) {
                    return Some(Err(halt));
                }
                match runs.question(question) {
                    Some(open) => open.asked.decision.clone().map(Ok),
                    None => Some(Err(gone(&self.run))),
                }
            };
            let expires_at = self.store.runs().question(question).and_then(|open| open.asked.question.expires_at);
            let answered = self.store.when(decided);
            let answer = match expires_at {
                None => answered.await,
                Some(expires_at) => {
                    let left = expires_at.duration_since(self.store.now()).unwrap_or_default();
                    timer::within(left, answered).await.unwrap_or_else(|| Ok(self.expire(question)))
                }
            };
            self.kept(|_| ())?;
            answer
        })
    }

    fn answer(self: Arc<Self>, question: QuestionId, decision: Decision) -> Wait<bool> {
        let now = self.store.now();
        let counts = self.store.change(|runs| runs.answer(question, decision, now));
        Box::pin(ready(Ok(counts)))
    }

    fn sleep(self: Arc<Self>, until: SystemTime) -> Wait<()> {
        let left = until.duration_since(self.now()).unwrap_or_default();
        Box::pin(async move {
            let over = |runs: &mut Runs| self.stopped(runs);
            timer::within(left, self.store.when(over)).await.map_or(Ok(()), Err)
        })
    }

    fn now(&self) -> SystemTime {
        self.store.now()
    }

    fn began(&self) -> SystemTime {
        self.began
    }

    fn goes_on(&self) -> bool {
        self.goes_on
    }

    fn key(&self) -> u128 {
        self.store.key
    }

    fn seed(&self) -> u128 {
        self.seed
    }

    fn end(self: Arc<Self>, end: End) -> Wait<()> {
        let ended = self.kept(|kept| kept.end = Some(Ending::End(end)));
        self.store.changed.notify_waiters();
        Box::pin(ready(ended))
    }
}
