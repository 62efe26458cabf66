//! One life of a run: its log is read back, its flow goes on, and what that comes to is recorded.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use reliable_runtime::durable::engine::Work;
use reliable_runtime::durable::halt::{Halt, HaltKind};
use reliable_runtime::durable::workflows::Workflows;
use reliable_runtime::said::decision::Decision;
use restate_sdk::context::WorkflowContext;
use restate_sdk::errors::{HandlerError, HandlerResult, TerminalError};

use crate::run::commands::{Commands, Woken};
use crate::run::journal::Claimed;
use crate::run::mail::Mail;
use crate::run::place::Place;
use crate::run::record::{Began, Item};
use crate::run::shared::Shared;
use crate::run::task::Task;
use crate::wire::{About, Answer, Submitted};

/// While a body runs, the server hears of the run so often: it takes a silent one for one that waits, and suspends it after a
/// minute.
const BEAT: Duration = Duration::from_secs(20);

pub(crate) struct Life<'c, 'x> {
    commands: Commands<'c, 'x>,
    shared: Arc<Shared>,
    mail: Arc<Mail>,
    submitted: Submitted,
    place: Place,
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
        let (commands, place) = (Commands::new(ctx, Arc::clone(&mail)), Place::new(Arc::clone(&shared.places)));
        Life { commands, shared, mail, submitted, place }
    }

    /// Goes on with the run, and gives its outcome.
    pub(crate) async fn go_on(mut self) -> HandlerResult<String> {
        let (began, key) = self.read_back().await?;
        loop {
            let journal = Arc::new(Claimed::new(Arc::clone(&self.mail), began.clone(), key, self.shared.remember_for));
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
                        state.is_parked = false;
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
        let key = self.commands.key(&began).await?;
        let _ = self.shared.key.set(key);
        let workflow = self.submitted.workflow.clone();
        self.commands.tell(&About { workflow, version: began.version.clone() });
        while !is_live {
            is_live = self.read_one(Item::Life { at: SystemTime::now() }).await?;
        }
        Ok((began, key))
    }

    /// Reads the next record, or else records this. Whether it was recorded now.
    async fn read_one(&mut self, item: Item) -> HandlerResult<bool> {
        let is_new = Arc::new(AtomicBool::new(false));
        let record = self.mail.state().log.record(vec![item]);
        let recorded = self.commands.record(record, {
            let is_new = Arc::clone(&is_new);
            move || is_new.store(true, Ordering::SeqCst)
        });
        self.commands.apply(recorded.await?).await?;
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

    /// Lets the flow go on, and records what it comes to.
    async fn record_all(&mut self, task: &mut Task) -> HandlerResult<Stopped> {
        loop {
            match self.next(task).await? {
                Step::Record(items) => {
                    let parks = items.iter().any(|item| matches!(item, Item::Parked(_)));
                    let record = self.mail.state().log.record(items);
                    let recorded = {
                        let mut recorded = pin!(self.commands.record(record, || {}));
                        let goes_on = !parks && self.place.is_taken();
                        poll_fn(|cx| {
                            if goes_on {
                                task.poll(cx);
                            }
                            recorded.as_mut().poll(cx)
                        })
                        .await?
                    };
                    if parks {
                        self.mail.change(|state| state.is_parked = true);
                        task.end().await;
                        self.place.leave();
                    }
                    self.commands.apply(recorded).await?;
                    if parks {
                        return Ok(Stopped::Parked);
                    }
                }
                Step::Ended(ended) => {
                    if let Some(outcome) = self.ended(ended)? {
                        return Ok(Stopped::Done(outcome));
                    }
                }
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

    /// Polls the flow, when there is a place for it, and whatever the server may wake it for, until there is something to do.
    async fn next(&mut self, task: &mut Task) -> HandlerResult<Step> {
        let mail = Arc::clone(&self.mail);
        let deadline = self.deadline();
        let mut alarm = pin!(tokio::time::sleep(deadline.unwrap_or(BEAT)));
        let waits = !self.commands.wakes.is_empty();
        let mut wakes = pin!(self.commands.wakes.next());
        let place = &mut self.place;
        let step = poll_fn(|cx| {
            task.wakes(cx);
            let has_to_do = place.is_taken() || task.is_woken();
            let is_at_rest = !has_to_do || (place.take(cx) && task.poll(cx));
            if let Some(step) = due(&mail, task, is_at_rest) {
                return Poll::Ready(Ok(step));
            }
            if is_at_rest && mail.state().is_idle() {
                place.leave();
            }
            if waits && let Poll::Ready(woken) = wakes.as_mut().poll(cx) {
                let woken = woken.map(|woken| woken.map_or(Step::Again, |(_, woken)| Step::Woken(woken)));
                return Poll::Ready(woken.map_err(HandlerError::from));
            }
            if alarm.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Ok(if deadline.is_some() { Step::Again } else { beat(&mail, place.is_coming()) }));
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
            Woken::Granted(place, found) => self.mail.change(|state| {
                let known = state.log.recall(place, found.map(|found| *found));
                state.items.extend(known);
            }),
            Woken::Answer(question, answer) => self.mail.change(|state| {
                if state.log.questions.get(&question).is_none_or(|asked| asked.kept.is_void) {
                    return;
                }
                let now = state.log.now();
                let Answer { decision, at, nonce, .. } = read(answer, now);
                let nonce = Some(nonce);
                state.log.decide(question, decision.clone(), at, nonce);
                state.items.push(Item::Decided { question, decision, at, nonce });
            }),
        }
    }
}

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

/// Tells the server that somebody is at it, where a body runs, or the run waits for its place.
fn beat(mail: &Mail, is_coming: bool) -> Step {
    let state = mail.state();
    if is_coming || state.running.len() > state.asleep.len() {
        Step::Record(vec![Item::Beat { at: state.log.now() }])
    } else {
        Step::Again
    }
}

/// An answer is bytes until it is read: one that can't be is no yes.
fn read(answer: Result<Vec<u8>, TerminalError>, now: SystemTime) -> Answer {
    let refused = |why: String| Answer::new(Decision::deny(why), now, 0);
    match answer {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .unwrap_or_else(|error| refused(format!("the answer can't be read ({error}), and so it is no yes"))),
        Err(error) => refused(format!("the question was rejected: {error}")),
    }
}
