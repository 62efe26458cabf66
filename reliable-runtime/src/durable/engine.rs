//! What an engine has to do: the contract for whoever writes one.

use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use crate::durable::alike::Holds;
use crate::durable::halt::Halt;
use crate::durable::records::{Asking, Begun, End, Entry, Place, Question, Recording, RunInfo, TrailEntry};
use crate::durable::store_error::StoreError;
use crate::durable::store_grant::StoreGrant;
use crate::said::decision::Decision;
use crate::said::ids::QuestionId;

/// What an engine is still to say to a run.
pub type Wait<T> = Pin<Box<dyn Future<Output = Result<T, Halt>> + Send>>;

/// What an engine is still to say to whoever is not a run: an inbox, a worker, an operator.
pub type Reply<T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send>>;

/// Keeps runs, in a store that outlives the process. [`Runs`](crate::durable::runs::Runs) is what one does with it.
///
/// One run is driven by one process at a time, and by one place of it: the engine sees to that, with a lease.
///
/// The repository has a suite of cases that each engine passes, `tests/engines`: one's own is put to the test by a line.
pub trait Engine: Send + Sync + 'static {
    /// Takes this run, and begins it where it was never begun.
    ///
    /// # Errors
    /// [`Busy`](crate::durable::halt::HaltKind::Busy), with who has it; the reason of a run that is parked. An engine that
    /// drives its runs itself says so: they are submitted.
    fn claim(self: Arc<Self>, run: String) -> Wait<Claim>;

    /// Takes a run in that a worker is to begin; `input` is JSON. Whether it was new: the same id again changes nothing.
    fn submit(self: Arc<Self>, workflow: String, run: String, input: String) -> Reply<bool>;

    /// Waits for a submitted run of one of these workflows which nobody is at, new or interrupted, and claims it. One that is
    /// begun gets this version for good; one that was begun with another version is left to workers of that.
    fn next(self: Arc<Self>, workflows: Vec<String>, version: Option<String>) -> Reply<Work>;

    /// Waits until a run has ended, and gives its outcome, as JSON. Of a run that is parked or cancelled it gives the reason, as
    /// an error.
    fn outcome(self: Arc<Self>, run: String) -> Reply<String>;

    /// All runs, the latest first.
    fn list(self: Arc<Self>) -> Reply<Vec<RunInfo>>;

    /// What is recorded of a run, in its order.
    ///
    /// # Errors
    /// If there is no such run.
    fn show(self: Arc<Self>, run: String) -> Reply<Vec<Recording>>;

    /// Every question that a run has asked, with its answer, the eldest first.
    ///
    /// # Errors
    /// If there is no such run.
    fn trail(self: Arc<Self>, run: String) -> Reply<Vec<TrailEntry>>;

    /// Ends a run from outside: whoever is at it stops at its next record, with
    /// [`Cancelled`](crate::durable::halt::HaltKind::Cancelled), and nobody goes on with it. Whether it was still to be ended.
    fn cancel(self: Arc<Self>, run: String) -> Reply<bool>;

    /// Lets a run that is parked go on, where somebody runs it or works on it. Whether it was parked.
    fn resume(self: Arc<Self>, run: String) -> Reply<bool>;

    /// The questions that wait for an answer, the eldest first.
    fn pending(self: Arc<Self>) -> Reply<Vec<Question>>;

    /// Answers a question. Whether the answer counts: the first one does, while the question is open. One that is to be remembered
    /// ([`StoreGrant::of`]) is, at the same time, if the engine [does that](Journal::holds).
    fn answer(self: Arc<Self>, question: QuestionId, decision: Decision) -> Reply<bool>;

    /// The answers that are remembered and hold, the eldest first. An engine that remembers none has none, as here.
    fn grants(self: Arc<Self>) -> Reply<Vec<StoreGrant>> {
        Box::pin(ready(Ok(Vec::new())))
    }

    /// Forgets the answer that was given to this question. Whether it was there.
    fn revoke(self: Arc<Self>, question: QuestionId) -> Reply<bool> {
        let _ = question;
        Box::pin(ready(Ok(false)))
    }
}

/// A run that a worker has claimed.
#[non_exhaustive]
pub struct Work {
    /// Its id.
    pub run: String,
    /// What it is a run of.
    pub workflow: String,
    /// What it was submitted with, as JSON.
    pub input: String,
    /// Where it is recorded.
    pub journal: Arc<dyn Journal>,
}

impl Work {
    /// For an engine.
    pub fn new(run: String, workflow: String, input: String, journal: Arc<dyn Journal>) -> Self {
        Work { run, workflow, input, journal }
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Work({} of {})", self.run, self.workflow)
    }
}

/// What there is of a run.
#[non_exhaustive]
pub enum Claim {
    /// It is ended: this is its outcome, as it was given to [`Journal::end`].
    Ended(String),
    /// It is this process's to go on with.
    Mine(Arc<dyn Journal>),
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Claim::Ended(outcome) => f.debug_tuple("Ended").field(outcome).finish(),
            Claim::Mine(_) => f.write_str("Mine(..)"),
        }
    }
}

/// One run that this process has claimed. Dropped, it gives the run back: whoever claims it next goes on with it.
///
/// Every write is refused with [`LeaseLost`](crate::durable::halt::HaltKind::LeaseLost) when the run is no longer this process's.
pub trait Journal: Send + Sync {
    /// Whether the call at this place has an outcome.
    ///
    /// What is recorded is ready when this is polled first: else a place that comes later in the program could be taken for
    /// an earlier one.
    fn begin(self: Arc<Self>, place: &Place) -> Wait<Begun>;

    /// Records an outcome, durably, and gives its number among all that was recorded in this run: greater than that of every
    /// outcome that was recorded before.
    fn finish(self: Arc<Self>, place: Place, entry: Entry) -> Wait<u64>;

    /// The call at this place was dropped before it had an outcome, and its process lives on. A question there is void.
    fn abandon(&self, place: &Place);

    /// Puts this question where people find it, and gives its id: that of the one which is there already, if an earlier life
    /// has asked the same at this place. One that asked something else, and was not acted on, is void.
    ///
    /// It has been acted on when [`finish`](Journal::finish) has recorded its place.
    fn ask(self: Arc<Self>, place: Place, question: Asking) -> Wait<QuestionId>;

    /// How long an answer holds that is remembered for later questions. An engine that remembers none says so, as here: then
    /// nobody is offered it.
    fn holds(&self) -> Holds {
        Holds::Never
    }

    /// The answer that is remembered for this question ([`StoreGrant::that_answers`]), with the question's id. It stands in the
    /// trail then as one that was answered so; where an earlier life has asked it at this place, and nobody has answered, it is
    /// answered with that. `None`: it is to be [asked](Journal::ask).
    fn recall(self: Arc<Self>, place: Place, question: Asking) -> Wait<Option<(QuestionId, Decision)>> {
        let (_, _) = (place, question);
        Box::pin(ready(Ok(None)))
    }

    /// Waits until this question is answered, or its time is up: [`Decision::Expired`].
    fn decided(self: Arc<Self>, question: QuestionId) -> Wait<Decision>;

    /// Answers a question, as [`Engine::answer`] does: for an approver that is asked as well.
    fn answer(self: Arc<Self>, question: QuestionId, decision: Decision) -> Wait<bool>;

    /// Waits until this instant has come, at which [`now`](Journal::now) gives it.
    fn sleep(self: Arc<Self>, until: SystemTime) -> Wait<()>;

    /// The time. It goes on while nothing runs.
    fn now(&self) -> SystemTime;

    /// When the run began, in its first life.
    fn began(&self) -> SystemTime;

    /// Whether anything was recorded of the run when it was claimed: so it goes on, and does not begin. An engine that does
    /// not say it has what the flow tells before its first recorded call told as new in each life.
    fn goes_on(&self) -> bool {
        false
    }

    /// A random number which the store was given when it was made: the same in all its runs. Nobody else gets to know it.
    fn key(&self) -> u128;

    /// A random number which the run was given when it began: the same in all its lives.
    fn seed(&self) -> u128;

    /// The run has ended so: nothing is recorded any more. What it gives is done when it is ready.
    fn end(self: Arc<Self>, end: End) -> Wait<()>;
}
