//! What the handler commands: after each record what follows of it, and of nothing else, so that it is the same in each life.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use reliable_runtime::durable::halt::Halt;
use reliable_runtime::durable::records::Place;
use reliable_runtime::durable::store_grant::StoreGrant;
use reliable_runtime::said::decision::Decision;
use reliable_runtime::said::ids::QuestionId;
use restate_sdk::context::{
    ContextAwakeables, ContextClient, ContextSideEffects, ContextTimers, ContextWriteState, DurableFuture,
    DurableFuturesUnordered, RequestTarget, RunFuture, WorkflowContext,
};
use restate_sdk::errors::{HandlerError, HandlerResult, TerminalError};
use restate_sdk::serde::Json;

use crate::run::log::{Asked, Recall};
use crate::run::mail::Mail;
use crate::run::record::{Began, Item, Key, Record};
use crate::wire::{ABOUT, About, Answer, GRANT, Kept, PARKED, Parked, QUESTION, QUESTIONS, STORE, unreadable};

/// What the server wakes a run for.
pub(super) enum Woken {
    Answer(QuestionId, Result<Vec<u8>, TerminalError>),
    /// What is remembered for the question at this place.
    Granted(Place, Option<Box<StoreGrant>>),
    Instant(SystemTime),
}

pub(super) type Wakes<'x> = Pin<Box<dyn DurableFuture<Output = Woken> + Send + 'x>>;

/// The context of the handler, and what it may wake the run for.
pub(super) struct Commands<'c, 'x> {
    ctx: &'c WorkflowContext<'x>,
    mail: Arc<Mail>,
    /// So many records there are.
    pub(super) records: u64,
    pub(super) wakes: DurableFuturesUnordered<Wakes<'x>>,
}

/// A record that is being written, or read back.
pub(super) type Recording<'x> = Pin<Box<dyn Future<Output = HandlerResult<Record>> + Send + 'x>>;

impl<'c, 'x> Commands<'c, 'x> {
    pub(super) fn new(ctx: &'c WorkflowContext<'x>, mail: Arc<Mail>) -> Self {
        Commands { ctx, mail, records: 0, wakes: DurableFuturesUnordered::new() }
    }

    /// Says what the run is about, to whoever looks at it from outside.
    pub(super) fn tell(&self, about: &About) {
        self.ctx.set(ABOUT, Json(about.clone()));
    }

    /// Records this, or reads back what is recorded in its place: then `is_new` is not called.
    pub(super) fn record(&mut self, record: Record, is_new: impl FnOnce() + Send + 'x) -> Recording<'x> {
        self.records += 1;
        let number = self.records;
        let recorded = self.ctx.run(move || async move {
            is_new();
            Ok(serde_json::to_vec(&record)?)
        });
        let named = recorded.name(format!("record {number}"));
        let run = self.mail.run.clone();
        Box::pin(async move {
            let bytes: Vec<u8> = named.await?;
            serde_json::from_slice(&bytes).map_err(|error| {
                let record = format!("record {number} of its log");
                HandlerError::from(unreadable(&run, &record, &error))
            })
        })
    }

    /// The key of the store.
    pub(super) async fn key(&mut self, began: &Began) -> HandlerResult<u128> {
        let proposed = match began.key {
            Key::Known(key) => return Ok(key),
            Key::Proposed(proposed) => proposed,
        };
        let target = RequestTarget::object(STORE, "key", "key");
        let known: String = self.ctx.request::<_, String>(target, proposed.to_string()).call().await?;
        known.parse().map_err(|_| HandlerError::from("the key of the store can't be read"))
    }

    /// Does what follows of a record. It is the same whenever it is read.
    pub(super) async fn apply(&mut self, record: Record) -> HandlerResult<()> {
        for item in record.items {
            if let Item::Parked(halt) = item {
                self.parked(halt).await?;
            } else {
                self.command_of(item);
            }
        }
        self.mail.change(|_| ());
        Ok(())
    }

    fn command_of(&mut self, item: Item) {
        let mail = Arc::clone(&self.mail);
        let log = &mut mail.state().log;
        match item {
            Item::Began(began) => {
                log.reach(began.at);
                log.began = Some(began);
            }
            Item::Life { at } | Item::Beat { at } => log.reach(at),
            Item::Finished { place, entry } => log.finish(place, entry),
            Item::Asked { place, question, alike } => {
                let (awakeable, answer) = self.ctx.awakeable::<Vec<u8>>();
                let id = question.id;
                self.wakes.push(Box::pin(answer.map(move |answer| Woken::Answer(id, answer))));
                self.show(log.ask(place, Kept::new(question, alike, awakeable)));
            }
            Item::Recall { place, question, alike } => {
                let keys: Vec<_> = alike.keys().collect();
                for key in &keys {
                    let target = RequestTarget::object(GRANT, key.to_string(), "recall");
                    let found = self.ctx.request::<_, Json<Option<StoreGrant>>>(target, ()).call();
                    let place = place.clone();
                    // Where nobody can say, a human is asked.
                    let found = found
                        .map(move |found| Woken::Granted(place, found.ok().and_then(Json::into_inner).map(Box::new)));
                    self.wakes.push(Box::pin(found));
                }
                let recall = Recall { question, alike, missing: keys.len(), found: Vec::new(), is_over: false };
                log.recalls.insert(place, recall);
            }
            Item::Recalled { place, grant, at } => {
                let Some(recall) = log.recalls.get_mut(&place) else { return };
                recall.is_over = true;
                let Some(StoreGrant { question, decision, .. }) = grant else { return };
                let mut kept = Kept::new(recall.question.clone(), Some(recall.alike.clone()), String::new());
                (kept.decision, kept.decided_at, kept.remembered) = (Some(decision), Some(at), Some(question.id));
                self.show(log.ask(place, kept));
            }
            Item::Void { question } => {
                if let Some(asked) = log.questions.get_mut(&question) {
                    asked.kept.is_void = true;
                    asked.is_closed = true;
                    self.show(asked);
                    let at = asked.kept.question.asked_at;
                    self.answer(asked, &Answer::new(Decision::Expired, at, 0));
                }
            }
            Item::Expired { question, at } => {
                if let Some(asked) = log.questions.get_mut(&question) {
                    asked.is_closed = true;
                    self.answer(asked, &Answer::new(Decision::Expired, at, 0));
                }
            }
            Item::Answered { question, decision, at, nonce } => {
                if let Some(asked) = log.questions.get(&question) {
                    self.answer(asked, &Answer::to(&asked.kept, decision, at, nonce));
                }
            }
            Item::Decided { question, decision, at, nonce } => {
                log.decide(question, decision, at, nonce);
                if let Some(asked) = log.questions.get(&question) {
                    self.show(asked);
                }
            }
            Item::Waits { until } => {
                let left = until.duration_since(log.now()).unwrap_or_default();
                log.timers.insert(until, false);
                self.wakes.push(Box::pin(self.ctx.sleep(left).map(move |_| Woken::Instant(until))));
            }
            Item::Parked(_) => {}
        }
    }

    /// Puts a question where people find it.
    fn show(&self, asked: &Asked) {
        self.ctx.set(&format!("{QUESTIONS}{:06}", asked.number), Json(asked.kept.clone()));
    }

    /// Gives an answer as anybody else does: the first one counts.
    fn answer(&self, asked: &Asked, answer: &Answer) {
        let bytes = serde_json::to_vec(answer).unwrap_or_default();
        let target = RequestTarget::workflow(QUESTION, asked.kept.cell(), "run");
        self.ctx.request::<_, ()>(target, bytes).send();
    }

    /// Stands until somebody resumes it.
    async fn parked(&mut self, halt: Halt) -> HandlerResult<()> {
        let (awakeable, resumed) = self.ctx.awakeable::<Vec<u8>>();
        self.ctx.set(PARKED, Json(Parked { halt, awakeable }));
        resumed.await?;
        self.ctx.clear(PARKED);
        Ok(())
    }
}
