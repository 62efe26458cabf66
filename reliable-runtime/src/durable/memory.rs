//! An engine in memory: for tests.

mod kept;
mod store;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use serde::Serialize;

use crate::durable::engine::Engine;
use crate::durable::halt::Halt;
use crate::durable::inbox::Inbox;
use crate::durable::memory::store::Store;
use crate::durable::recorded::{Recorded, read};
use crate::durable::records::{Recording, RunInfo, Written};
use crate::durable::run::run;
use crate::durable::store_error::StoreError;
use crate::durable::workflows::{Workflows, work};

/// An engine that keeps its runs in memory: for tests of what happens when a process dies. A clone is another handle on the
/// same runs.
///
/// It takes the place of a store: [`crash_after`](Memory::crash_after) lets the run die at any recorded call, and the next
/// [`run`](Memory::run) of that id is its next life. Its time is tokio's, so that a paused clock makes an hour an instant.
///
/// ```
/// use reliable::durable::{self, HaltKind, Memory};
/// # use std::cell::Cell;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// # let (booked, paid) = (Cell::new(0), Cell::new(0));
/// let book = || durable::call("book").run(async { booked.set(booked.get() + 1); Ok::<_, String>("12A".to_owned()) });
/// let pay = || durable::call("pay").run(async { paid.set(paid.get() + 1); Ok::<_, String>(()) });
/// let trip = async || {
///     let seat = book().await?;
///     pay().await?;
///     Ok::<String, String>(seat)
/// };
/// let memory = Memory::new();
/// memory.crash_after(1);
/// assert_eq!(memory.run("trip-42", trip()).await.unwrap_err().kind, HaltKind::Crashed);
/// assert_eq!(memory.run("trip-42", trip()).await.unwrap(), Ok("12A".to_owned()));
/// assert_eq!((booked.get(), paid.get()), (1, 2), "what was recorded did not run again; what was under way did");
/// # }
/// ```
#[derive(Clone)]
pub struct Memory(Arc<Store>);

impl Memory {
    /// An empty one.
    pub fn new() -> Self {
        Memory(Arc::new(Store::new()))
    }

    /// Runs `work` as the run `id`: from its beginning, or from where it stopped. A run that is ended gives its outcome, and
    /// `work` is dropped.
    ///
    /// # Errors
    /// What stopped it, if not its own outcome: see [`Halt`].
    pub async fn run<F>(&self, id: impl Into<String>, work: F) -> Result<F::Output, Halt>
    where
        F: Future<Output: Recorded>,
    {
        run(self.engine(), id.into(), work).await
    }

    /// Takes a run in that a worker is to begin. Whether it was new: the same id again changes nothing.
    ///
    /// # Errors
    /// If `input` can't be written down.
    pub async fn submit(
        &self,
        workflow: impl Into<String>,
        id: impl Into<String>,
        input: &impl Serialize,
    ) -> Result<bool, StoreError> {
        let input = serde_json::to_string(input).map_err(|error| {
            StoreError::new(format!("what the run is submitted with can't be written down: {error}"))
        })?;
        self.engine().submit(workflow.into(), id.into(), input).await
    }

    /// Works on the submitted runs of these workflows: new and interrupted ones. Dropped, it lets go of them.
    ///
    /// # Errors
    /// Never: an engine with a store has them.
    pub async fn work(&self, workflows: &Workflows) -> Result<(), StoreError> {
        work(self.engine(), workflows).await
    }

    /// Waits until a run has ended, and gives its outcome.
    ///
    /// # Errors
    /// If there is no such run, if it is parked or cancelled, or if its outcome is of another type.
    pub async fn outcome<T: Recorded>(&self, id: &str) -> Result<T, StoreError> {
        let outcome = self.engine().outcome(id.to_owned()).await?;
        read(&Written::Json(outcome), &format_args!("run `{id}`")).map_err(|halt| StoreError::new(halt.message))
    }

    /// The questions of all runs.
    pub fn inbox(&self) -> Inbox {
        Inbox::of(self.engine())
    }

    /// All runs, the latest first.
    ///
    /// # Errors
    /// Never: an engine with a store has them.
    pub async fn list(&self) -> Result<Vec<RunInfo>, StoreError> {
        self.engine().list().await
    }

    /// What is recorded of a run, in its order.
    ///
    /// # Errors
    /// If there is no such run.
    pub async fn show(&self, id: &str) -> Result<Vec<Recording>, StoreError> {
        self.engine().show(id.to_owned()).await
    }

    /// Ends a run from outside. Whether it was still to be ended.
    ///
    /// # Errors
    /// If there is no such run.
    pub async fn cancel(&self, id: &str) -> Result<bool, StoreError> {
        self.engine().cancel(id.to_owned()).await
    }

    /// Lets a run that is parked go on. Whether it was parked.
    ///
    /// # Errors
    /// If there is no such run.
    pub async fn resume(&self, id: &str) -> Result<bool, StoreError> {
        self.engine().resume(id.to_owned()).await
    }

    /// Lets the process die, as if by `kill -9`, when so many more outcomes are recorded: the next call runs, and before its
    /// outcome is written its run stops, with [`HaltKind::Crashed`](crate::durable::halt::HaltKind::Crashed). That holds once: the
    /// run's next life goes on.
    pub fn crash_after(&self, outcomes: usize) {
        self.0.runs().left = Some(outcomes);
    }

    fn engine(&self) -> Arc<dyn Engine> {
        Arc::<Store>::clone(&self.0)
    }
}

impl Default for Memory {
    fn default() -> Self {
        Memory::new()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}
