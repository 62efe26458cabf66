//! One run that this process is at.

use std::future::ready;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use reliable_runtime::durable::alike::Holds;
use reliable_runtime::durable::engine::{Journal, Wait};
use reliable_runtime::durable::halt::Halt;
use reliable_runtime::durable::records::{Asking, Begun, End, Entry, Kind, Place};
use reliable_runtime::said::decision::Decision;
use reliable_runtime::said::ids::QuestionId;
use rusqlite::Connection;
use tokio::time::timeout;

use crate::claim::{Lease, Taken};
use crate::entries::{self, Recorded};
use crate::fence::Life;
use crate::file::OpenFile;
use crate::questions::{self, Waiting};
use crate::runs;
use crate::trouble::Trouble;
use crate::watch::{Of, either};

pub(crate) struct Claimed {
    lease: Lease,
    life: Life,
    file: Arc<OpenFile>,
    seed: u128,
    began: SystemTime,
    /// Whether anything was recorded when it was claimed.
    goes_on: bool,
    recorded: Mutex<Recorded>,
    /// The number of what was recorded last.
    last: Arc<AtomicI64>,
}

impl Claimed {
    /// Nothing is read yet of what is recorded.
    pub(crate) fn new(file: Arc<OpenFile>, lease: Lease, taken: Taken) -> Self {
        let Taken { life, seed, began } = taken;
        Claimed { lease, life, file, seed, began, goes_on: false, recorded: Mutex::default(), last: Arc::default() }
    }

    /// Reads all that is recorded: so that it is there at once when the flow comes to it.
    pub(crate) async fn read(&mut self) -> Result<(), Trouble> {
        let life = self.life.clone();
        let entries = self.file.readers.ask(move |connection| entries::read(connection, &life.run, life.key)).await?;
        let last = entries.last().map_or(0, |(_, recording)| recording.order.cast_signed());
        self.last.store(last, Ordering::Relaxed);
        self.goes_on = last > 0;
        *self.recorded.lock().unwrap_or_else(PoisonError::into_inner) = Recorded::of(entries);
        Ok(())
    }

    /// No other run is to suffer from what is written of this one.
    pub(crate) async fn park(self, halt: Halt) -> Result<(), Trouble> {
        let (life, now) = (self.life.clone(), self.now());
        let park = move |connection: &Connection| {
            // Whoever has it by now will see for itself.
            let is_mine = life.goes_on(connection).is_ok();
            if is_mine {
                runs::park(connection, life.key, &halt, now)?;
            }
            Ok(is_mine)
        };
        if self.file.change(&self.life.run, park).await? {
            self.lease.is_void();
        }
        Ok(())
    }

    fn halt(&self, trouble: Trouble) -> Halt {
        trouble.halt_of_run(&self.file.path)
    }

    /// What the question has come to, when it has come to something, or its time is up.
    async fn decision(&self, question: QuestionId) -> Result<Decision, Trouble> {
        let life = self.life.clone();
        let decided = self.file.when(Of::Run(&self.life.run), move |connection| {
            let Waiting { decision, .. } = questions::waiting(connection, question)?;
            // One that was cancelled waits no more.
            life.goes_on(connection)?;
            Ok(decision)
        });
        let Waiting { expires, .. } =
            self.file.readers.ask(move |connection| questions::waiting(connection, question)).await?;
        let Some(expires) = expires else { return decided.await };
        let mut decided = std::pin::pin!(decided);
        loop {
            // In steps, since the clock on the wall may go on while this one stands.
            if let Ok(decided) = timeout(self.file.clock.step(expires), decided.as_mut()).await {
                return decided;
            }
            if self.now() >= expires {
                return self.expire(question).await;
            }
        }
    }

    async fn expire(&self, question: QuestionId) -> Result<Decision, Trouble> {
        let (life, now) = (self.life.clone(), self.now());
        let decided = self.file.change(&self.life.run, move |connection| {
            life.goes_on(connection)?;
            questions::expire(connection, question, now)?;
            questions::waiting(connection, question)
        });
        Ok(decided.await?.decision.unwrap_or(Decision::Expired))
    }
}

impl Journal for Claimed {
    fn begin(self: Arc<Self>, place: &Place) -> Wait<Begun> {
        let recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner).take(place);
        if let Some((order, entry)) = recorded {
            return Box::pin(ready(Ok(Begun::Recorded { order, entry })));
        }
        // Nothing is to run any more that could not be recorded. Who has written last has the row at hand.
        let look = |connection: &Connection| self.life.goes_on(connection);
        if let Some(goes_on) = self.file.writers.at_once(look).or_else(|| self.file.readers.at_once(look)) {
            return Box::pin(ready(goes_on.map(|()| Begun::Run).map_err(|trouble| self.halt(trouble))));
        }
        Box::pin(async move {
            let life = self.life.clone();
            let goes_on = self.file.readers.ask(move |connection| life.goes_on(connection)).await;
            goes_on.map(|()| Begun::Run).map_err(|trouble| self.halt(trouble))
        })
    }

    fn finish(self: Arc<Self>, place: Place, entry: Entry) -> Wait<u64> {
        let (life, last) = (self.life.clone(), Arc::clone(&self.last));
        self.file.write(move |connection| {
            // In the order in which they are written: one that fails leaves a gap.
            let order = last.fetch_add(1, Ordering::Relaxed) + 1;
            entries::write(connection, &life, &place, order, &entry)?;
            if place.kind == Kind::Question {
                questions::act(connection, &life, &place)?;
            }
            Ok(order.unsigned_abs())
        })
    }

    fn abandon(&self, place: &Place) {
        if place.kind == Kind::Question {
            let (life, place) = (self.life.clone(), place.clone());
            // In the line; nobody waits for it, and what is asked next comes after it.
            drop(self.file.writers.ask(move |connection| questions::abandon(connection, &life, &place)));
        }
    }

    fn ask(self: Arc<Self>, place: Place, question: Asking) -> Wait<QuestionId> {
        let (life, now) = (self.life.clone(), self.now());
        self.file.write(move |connection| questions::ask(connection, &life, &place, &question, now))
    }

    fn holds(&self) -> Holds {
        let remember_for = *self.file.remember_for.lock().unwrap_or_else(PoisonError::into_inner);
        remember_for.map_or(Holds::UntilRevoked, Holds::AtMost)
    }

    fn recall(self: Arc<Self>, place: Place, question: Asking) -> Wait<Option<(QuestionId, Decision)>> {
        Box::pin(async move {
            let (life, now) = (self.life.clone(), self.now());
            let (of, at, asking) = (life.clone(), place.clone(), question.clone());
            // Mostly nothing is remembered: then nothing is written.
            let is_known =
                self.file.readers.ask(move |connection| questions::is_known(connection, &of, &at, &asking, now));
            if !is_known.await.map_err(|trouble| self.halt(trouble))? {
                return Ok(None);
            }
            self.file.write(move |connection| questions::recall(connection, &life, &place, &question, now)).await
        })
    }

    fn decided(self: Arc<Self>, question: QuestionId) -> Wait<Decision> {
        Box::pin(async move { self.decision(question).await.map_err(|trouble| self.halt(trouble)) })
    }

    fn answer(self: Arc<Self>, question: QuestionId, decision: Decision) -> Wait<bool> {
        let (life, now) = (self.life.clone(), self.now());
        Box::pin(async move {
            let answered = self.file.change(&self.life.run, move |connection| {
                life.goes_on(connection)?;
                questions::answer(connection, question, &decision, now)
            });
            answered.await.map(|run| run.is_some()).map_err(|trouble| self.halt(trouble))
        })
    }

    fn sleep(self: Arc<Self>, until: SystemTime) -> Wait<()> {
        Box::pin(async move {
            let life = self.life.clone();
            let stopped = self.file.when(Of::Run(&self.life.run), move |connection| {
                life.goes_on(connection)?;
                Ok(None)
            });
            let come = async {
                self.file.clock.sleep(until).await;
                Ok(())
            };
            either(come, stopped).await.map_err(|trouble| self.halt(trouble))
        })
    }

    fn now(&self) -> SystemTime {
        self.file.clock.now()
    }

    fn began(&self) -> SystemTime {
        self.began
    }

    fn goes_on(&self) -> bool {
        self.goes_on
    }

    fn key(&self) -> u128 {
        self.file.key
    }

    fn seed(&self) -> u128 {
        self.seed
    }

    fn end(self: Arc<Self>, end: End) -> Wait<()> {
        let (life, now) = (self.life.clone(), self.now());
        Box::pin(async move {
            let ended = self.file.change(&self.life.run, move |connection| runs::end(connection, &life, &end, now));
            ended.await.map(|()| self.lease.is_void()).map_err(|trouble| self.halt(trouble))
        })
    }
}
