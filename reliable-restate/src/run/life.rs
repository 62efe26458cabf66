//! One life of a run: its log is read back, its flow goes on, and what that comes to is recorded.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use reliable_runtime::durable::engine::Work;
use reliable_runtime::durable::halt::{Halt, HaltKind};
use reliable_runtime::durable::workflows::Workflows;
use reliable_runtime::said::decision::Decision;
use reliable_runtime::said::ids::QuestionId;
use restate_sdk::context::{
    ContextAwakeables, ContextClient, ContextSideEffects, ContextTimers, ContextWriteState, DurableFuture,
    DurableFuturesUnordered, RequestTarget, RunFuture, WorkflowContext,
};
use restate_sdk::errors::{HandlerError, HandlerResult, TerminalError};
use restate_sdk::serde::Json;

use crate::run::journal::Claimed;
use crate::run::log::Asked;
use crate::run::mail::Mail;
use crate::run::record::{Began, Item, Record};
use crate::run::task::Task;
use crate::services::Shared;
use crate::wire::{ABOUT, About, Answer, Kept, PARKED, Parked, QUESTION, QUESTIONS, STORE, Submitted};

/// While a body runs, the server hears of the run so often: it takes a silent one for one that waits, and suspends it after a
/// minute.
const BEAT: Duration = Duration::from_secs(20);

/// What the server wakes a run for.
enum Woken {
    Answer(QuestionId, Result<Vec<u8>, TerminalError>),
    Instant(SystemTime),
}

type Wakes<'x> = Pin<Box<dyn DurableFuture<Output = Woken> + Send + 'x>>;

pub(crate) struct Life<'c, 'x> {
    ctx: &'c WorkflowContext<'x>,
    shared: Arc<Shared>,
    mail: Arc<Mail>,
    submitted: Submitted,
    /// So many records there are.
    records: u64,
    wakes: DurableFuturesUnordered<Wakes<'x>>,
}

/// How a life ends, if not with the process.
enum Stopped {
    Done(String),
    Parked,
}

/// What the flow has come to.
enum Step {
    Record(Vec<Item>),
    Ended(Result<(), Halt>),
    Woken(Woken),
    /// To look again.
    Again,
}

impl<'c, 'x> Life<'c, 'x> {
    pub(crate) fn new(ctx: &'c WorkflowContext<'x>, shared: Arc<Shared>, submitted: Submitted) -> Self {
        let mail = Arc::new(Mail::new(ctx.key().to_owned()));
        Life { ctx, shared, mail, submitted, records: 0, wakes: DurableFuturesUnordered::new() }
    }

    /// Goes on with the run, and gives its outcome.
    pub(crate) async fn go_on(mut self) -> HandlerResult<String> {
        let (began, key) = self.read_back().await?;
        loop {
            let journal = Arc::new(Claimed::new(Arc::clone(&self.mail), began.clone(), key));
            let Submitted { workflow, input } = self.submitted.clone();
            let work = Work::new(self.mail.run.clone(), workflow, input, journal);
            let workflows: &Workflows = &self.shared.workflows;
            let mut task = Task::new(|| workflows.go_on(work));
            match self.record_all(&mut task).await? {
                Stopped::Done(outcome) => return Ok(outcome),
                Stopped::Parked => {
                    drop(task);
                    self.mail.change(|state| {
                        state.items.clear();
                        state.running.clear();
                    });
                }
            }
        }
    }

    /// Reads the log to its end: that is where the server lets something be recorded. What it begins with, and the key of the
    /// store.
    async fn read_back(&mut self) -> HandlerResult<(Began, u128)> {
        let began = Item::Began(Began::now(self.shared.version(), self.shared.key.get().copied()));
        let mut is_live = self.read_one(began).await?;
        let began = self.mail.state().log.began.clone().ok_or("its log does not begin with its beginning")?;
        self.fits(&began)?;
        let key = self.key(&began).await?;
        let Submitted { workflow, .. } = &self.submitted;
        self.ctx.set(ABOUT, Json(About { workflow: workflow.clone(), version: began.version.clone() }));
        while !is_live {
            is_live = self.read_one(Item::Life { at: SystemTime::now() }).await?;
        }
        Ok((began, key))
    }

    /// Reads the next record, or else records this. Whether it was recorded now.
    async fn read_one(&mut self, item: Item) -> HandlerResult<bool> {
        let is_new = Arc::new(AtomicBool::new(false));
        let record = self.mail.state().log.record(vec![item]);
        let recorded = self.command(record, {
            let is_new = Arc::clone(&is_new);
            move || is_new.store(true, Ordering::SeqCst)
        });
        self.apply(recorded.await?).await?;
        Ok(is_new.load(Ordering::SeqCst))
    }

    /// Whether this program is the one that has begun the run.
    fn fits(&self, began: &Began) -> HandlerResult<()> {
        let version = self.shared.version();
        if began.version == version {
            return Ok(());
        }
        let told =
            |version: &Option<String>| version.clone().map_or("none".to_owned(), |version| format!("`{version}`"));
        let message = format!(
            "run `{}` was begun with the version {} of its workflows, and this is {}: serve that version at the address where \
             the run began, and it goes on",
            self.mail.run,
            told(&began.version),
            told(&version)
        );
        Err(HandlerError::from(message))
    }

    /// The key of the store.
    async fn key(&mut self, began: &Began) -> HandlerResult<u128> {
        let key = match began.key {
            Some(key) => key,
            None => {
                let target = RequestTarget::object(STORE, "key", "key");
                let known: String = self.ctx.request::<_, String>(target, began.seed.to_string()).call().await?;
                known.parse().map_err(|_| HandlerError::from("the key of the store can't be read"))?
            }
        };
        let _ = self.shared.key.set(key);
        Ok(key)
    }

    /// Lets the flow go on, and records what it comes to.
    async fn record_all(&mut self, task: &mut Task) -> HandlerResult<Stopped> {
        loop {
            match self.next(task).await? {
                Step::Record(items) => {
                    let parks = items.iter().any(|item| matches!(item, Item::Parked(_)));
                    let record = self.mail.state().log.record(items);
                    let recorded = {
                        let mut recorded = pin!(self.command(record, || {}));
                        poll_fn(|cx| {
                            if !parks {
                                task.poll(cx);
                            }
                            recorded.as_mut().poll(cx)
                        })
                        .await?
                    };
                    self.apply(recorded).await?;
                    if parks {
                        return Ok(Stopped::Parked);
                    }
                }
                Step::Ended(ended) => match self.ended(ended)? {
                    Some(outcome) => return Ok(Stopped::Done(outcome)),
                    None => {}
                },
                Step::Woken(woken) => self.woken(woken),
                Step::Again => {}
            }
        }
    }

    /// What its end means: an outcome, or that it is to be parked.
    fn ended(&self, ended: Result<(), Halt>) -> HandlerResult<Option<String>> {
        let halt = match ended {
            Ok(()) => match self.mail.state().outcome.take() {
                Some(outcome) => return Ok(Some(outcome)),
                None => Halt::new(HaltKind::Mismatch, "the run has ended without an outcome: resume it"),
            },
            Err(halt) => halt,
        };
        match halt.kind {
            HaltKind::Mismatch | HaltKind::Misplaced => {
                self.mail.change(|state| state.items.push(Item::Parked(halt)));
                Ok(None)
            }
            _ => Err(HandlerError::from(halt)),
        }
    }

    /// Polls the flow, and whatever the server may wake it for, until there is something to do.
    async fn next(&mut self, task: &mut Task) -> HandlerResult<Step> {
        let mail = Arc::clone(&self.mail);
        let deadline = self.deadline();
        let mut alarm = pin!(tokio::time::sleep(deadline.unwrap_or(BEAT)));
        let waits = !self.wakes.is_empty();
        let mut wakes = pin!(self.wakes.next());
        let step = poll_fn(|cx| {
            let is_at_rest = task.poll(cx);
            if let Some(step) = due(&mail, task, is_at_rest) {
                return Poll::Ready(Ok(step));
            }
            if waits && let Poll::Ready(woken) = wakes.as_mut().poll(cx) {
                let woken = woken.map(|woken| woken.map_or(Step::Again, |(_, woken)| Step::Woken(woken)));
                return Poll::Ready(woken.map_err(HandlerError::from));
            }
            if alarm.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Ok(if deadline.is_some() { Step::Again } else { beat(&mail) }));
            }
            Poll::Pending
        });
        step.await
    }

    /// How long until the time of a question is up, if that comes before the next beat.
    fn deadline(&self) -> Option<Duration> {
        let state = self.mail.state();
        let left = state.log.next_expiry()?.duration_since(state.log.now()).unwrap_or_default();
        Some(left).filter(|left| *left < BEAT)
    }

    fn woken(&self, woken: Woken) {
        match woken {
            Woken::Instant(until) => self.mail.change(|state| {
                state.log.timers.insert(until, true);
                state.log.reach(until);
            }),
            Woken::Answer(question, answer) => self.mail.change(|state| {
                let now = state.log.now();
                let Answer { decision, at, nonce } = read(answer, now);
                let nonce = Some(nonce);
                state.log.decide(question, decision.clone(), at, nonce);
                state.items.push(Item::Decided { question, decision, at, nonce });
            }),
        }
    }

    /// Records this, or reads back what is recorded in its place: then `is_new` is not called.
    fn command(&mut self, record: Record, is_new: impl FnOnce() + Send + 'x) -> Recording<'x> {
        self.records += 1;
        let recorded = self.ctx.run(move || async move {
            is_new();
            Ok(Json(record))
        });
        let named = recorded.name(format!("record {}", self.records));
        Box::pin(async move { Ok(named.await?.into_inner()) })
    }

    /// Does what follows of a record. It is the same whenever it is read.
    async fn apply(&mut self, record: Record) -> HandlerResult<()> {
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
            Item::Asked { place, question } => {
                let (awakeable, answer) = self.ctx.awakeable::<Vec<u8>>();
                let id = question.id;
                self.wakes.push(Box::pin(answer.map(move |answer| Woken::Answer(id, answer))));
                self.show(log.ask(place, Kept::new(question, awakeable)));
            }
            Item::Void { question } => {
                if let Some(asked) = log.questions.get_mut(&question) {
                    asked.kept.is_void = true;
                    asked.is_closed = true;
                    self.show(asked);
                }
            }
            Item::Expired { question, at } => {
                if let Some(asked) = log.questions.get_mut(&question) {
                    asked.is_closed = true;
                    self.answer(asked, &Answer { decision: Decision::Expired, at, nonce: 0 });
                }
            }
            Item::Answered { question, decision, at, nonce } => {
                if let Some(asked) = log.questions.get(&question) {
                    self.answer(asked, &Answer { decision, at, nonce });
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

type Recording<'x> = Pin<Box<dyn Future<Output = HandlerResult<Record>> + Send + 'x>>;

/// What there is to do now.
fn due(mail: &Mail, task: &mut Task, is_at_rest: bool) -> Option<Step> {
    let mut state = mail.state();
    if state.outcome.is_none() && !state.items.is_empty() {
        return Some(Step::Record(std::mem::take(&mut state.items)));
    }
    if let Some(ended) = task.ended() {
        return Some(Step::Ended(ended));
    }
    let now = state.log.now();
    let expired = state.log.expired(now);
    if !expired.is_empty() {
        return Some(Step::Record(expired.into_iter().map(|question| Item::Expired { question, at: now }).collect()));
    }
    let until = state.next_instant().filter(|until| is_at_rest && state.is_idle() && !state.log.is_woken_by(*until));
    until.filter(|until| *until > now).map(|until| Step::Record(vec![Item::Waits { until }]))
}

/// Tells the server that somebody is at it, where a body runs.
fn beat(mail: &Mail) -> Step {
    let state = mail.state();
    match state.running.len() > state.asleep.len() {
        true => Step::Record(vec![Item::Beat { at: state.log.now() }]),
        false => Step::Again,
    }
}

/// An answer is bytes until it is read: one that can't be is no yes.
fn read(answer: Result<Vec<u8>, TerminalError>, now: SystemTime) -> Answer {
    let refused = |why: String| Answer { decision: Decision::deny(why), at: now, nonce: 0 };
    match answer {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .unwrap_or_else(|error| refused(format!("the answer can't be read ({error}), and so it is no yes"))),
        Err(error) => refused(format!("the question was rejected: {error}")),
    }
}
